"""Directory routes: agencies, teams, practitioners, services, and who the caller is."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse
from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from chassis import addresses
from chassis.grants import Grant
from chassis.idempotency import Answer
from chassis.pages import Cursor, Limit, decode_cursor, encode_cursor, page
from chassis.problem_docs import problems
from chassis.service import Granted, answer
from consent.api.common import Contact, DirectoryId, Line, Reading, RequestModel, Writing
from consent.application import directory
from consent.application.ports import Record, UnitOfWork
from consent.domain.likeness import Home, SaidOfHome
from contracts.vocabulary import ACCOUNT_ROLES, PractitionerStatus, Role, Scope, Sector

router = APIRouter(responses=problems(404, 409))

Reads = Annotated[Grant, Depends(Granted("directory.read"))]
Writes = Annotated[Grant, Depends(Granted("directory.write"))]


class PutAgency(RequestModel):
    name: Line
    sector: Sector
    ods_code: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{3,10}$")] | None = None
    urn: Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")] | None = None
    contact: Contact | None = None


class Agency(BaseModel):
    agency_id: str
    name: str
    sector: Sector
    ods_code: str | None = None
    urn: str | None = None
    contact: str | None = None


class PutTeam(RequestModel):
    name: Line
    agency_id: DirectoryId
    leader_id: Annotated[
        DirectoryId | None,
        Field(
            description="The practitioner who is told when somebody of the team leaves or is suspended, and to whom "
            "the children concerned are listed. Left out, it stays as it was; null says that there is none."
        ),
    ] = None

    def record(self, team_id: str) -> dict[str, Any]:
        said = self.model_dump(mode="json", exclude=set() if "leader_id" in self.model_fields_set else {"leader_id"})
        return {"team_id": team_id, **said}


class Team(BaseModel):
    team_id: str
    name: str
    agency_id: str
    leader_id: str | None = None


def _postcode(text: str) -> str:
    found = addresses.postcode(text)
    if found is None:
        raise ValueError("is not a UK postcode")
    return found


class HomeAddress(RequestModel):
    address_line: Line | None = None
    postcode: Annotated[str, StringConstraints(max_length=20), AfterValidator(_postcode)]


class PutPractitioner(RequestModel):
    name: Line
    agency_id: DirectoryId
    team_ids: Annotated[list[DirectoryId], Field(default_factory=list, max_length=50)]
    role: Role
    email: Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+$", max_length=254)] | None = None
    phone: Annotated[str, StringConstraints(pattern=r"^[+0-9][0-9 ()-]{2,38}$")] | None = None
    status: PractitionerStatus = PractitionerStatus.ACTIVE
    scope: Scope = Scope.AGENCY
    person_id: Annotated[
        DirectoryId | None,
        Field(
            description="The same for each post that one person holds: a block of one holds for all. Left out, it "
            "stays as it was."
        ),
    ] = None
    home_address: Annotated[
        HomeAddress | None,
        Field(
            description="For officers' signals of looks at a child of the same home. Only a keyed hash of it is kept, "
            "and it is never shown again. Left out, it stays as it was; null forgets it.",
            json_schema_extra={"writeOnly": True},
        ),
    ] = None

    def home(self) -> SaidOfHome:
        if "home_address" not in self.model_fields_set:
            return "kept"
        given = self.home_address
        return None if given is None else Home(given.postcode, given.address_line)


class Practitioner(BaseModel):
    practitioner_id: str
    name: str
    agency_id: str | None = None
    team_ids: list[str]
    role: Role
    email: str | None = None
    phone: str | None = None
    status: PractitionerStatus
    scope: Scope
    person_id: str | None = None


class PutService(RequestModel):
    name: Line
    agency_id: DirectoryId
    team_id: DirectoryId | None = None
    type: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,59}$")]
    sensitive: bool = False
    contact: Contact | None = None


class Service(BaseModel):
    service_id: str
    name: str
    agency_id: str
    team_id: str | None = None
    type: str
    sensitive: bool
    contact: str | None = None


class Agencies(BaseModel):
    items: list[Agency]
    next_cursor: str | None


class Teams(BaseModel):
    items: list[Team]
    next_cursor: str | None


class Practitioners(BaseModel):
    items: list[Practitioner]
    next_cursor: str | None


class Services(BaseModel):
    items: list[Service]
    next_cursor: str | None


class WhoAmI(BaseModel):
    """The caller as the directory has them; an account has a kind and no agency."""

    viewer_id: str
    kind: str
    role: Role
    name: str | None = None
    agency_id: str | None = None
    agency_name: str | None = None
    team_ids: list[str] = []
    scope: Scope | None = None


def _shown(model: type[BaseModel], record: Record, grant: Grant) -> dict[str, Any]:
    shown = model.model_validate(record).model_dump(mode="json", exclude_none=True)
    if grant.role in ACCOUNT_ROLES:
        # Families see who works here, not their colleagues' direct lines.
        for name in ("email", "phone"):
            shown.pop(name, None)
    return shown


async def _put(
    writing: Callable[[], UnitOfWork],
    put: Callable[[UnitOfWork, Record], Awaitable[tuple[Record, bool]]],
    record: Record,
    model: type[BaseModel],
) -> JSONResponse:
    async with writing() as uow:
        stored, new = await put(uow, record)
        await uow.commit()
        shown = model.model_validate(stored).model_dump(mode="json", exclude_none=True)
        return answer(Answer(201 if new else 200, shown), uow.effects)


async def _page(
    reading: Callable[[], UnitOfWork], kind: str, model: type[BaseModel], grant: Grant, limit: int, cursor: str | None
) -> dict[str, Any]:
    after = decode_cursor(cursor)
    async with reading() as uow:
        found = await directory.page(uow, kind, after[0] if after else None, limit)
    return page(
        found, limit, lambda record: _shown(model, record, grant), lambda record: encode_cursor(record[f"{kind}_id"])
    )


@router.put(
    "/v1/agencies/{agency_id}", summary="Keep an agency", response_model=Agency, responses={201: {"model": Agency}}
)
async def put_agency(agency_id: DirectoryId, body: PutAgency, _: Writes, writing: Writing) -> JSONResponse:
    record = {"agency_id": agency_id, **body.model_dump(mode="json")}
    return await _put(writing, directory.put_agency, record, Agency)


@router.put(
    "/v1/teams/{team_id}", summary="Keep a team of an agency", response_model=Team, responses={201: {"model": Team}}
)
async def put_team(team_id: DirectoryId, body: PutTeam, _: Writes, writing: Writing) -> JSONResponse:
    return await _put(writing, directory.put_team, body.record(team_id), Team)


@router.put(
    "/v1/practitioners/{practitioner_id}",
    summary="Keep a practitioner",
    description="Suspension, leaving and moving hold from the practitioner's next request, whatever token they have.",
    response_model=Practitioner,
    responses={201: {"model": Practitioner}},
)
async def put_practitioner(
    practitioner_id: DirectoryId, body: PutPractitioner, _: Writes, writing: Writing
) -> JSONResponse:
    record = {"practitioner_id": practitioner_id, **body.model_dump(mode="json", exclude={"home_address"})}
    return await _put(writing, partial(directory.put_practitioner, home=body.home()), record, Practitioner)


@router.put(
    "/v1/services/{service_id}",
    summary="Keep a service",
    description="A service is what an episode is with. Members of its team share its relationships with children.",
    response_model=Service,
    responses={201: {"model": Service}},
)
async def put_service(service_id: DirectoryId, body: PutService, _: Writes, writing: Writing) -> JSONResponse:
    return await _put(
        writing, directory.put_service, {"service_id": service_id, **body.model_dump(mode="json")}, Service
    )


@router.get("/v1/agencies", summary="List agencies", response_model=Agencies, response_model_exclude_none=False)
async def list_agencies(grant: Reads, reading: Reading, limit: Limit = 50, cursor: Cursor = None) -> Any:
    return JSONResponse(await _page(reading, "agency", Agency, grant, limit, cursor))


@router.get("/v1/teams", summary="List teams", response_model=Teams)
async def list_teams(grant: Reads, reading: Reading, limit: Limit = 50, cursor: Cursor = None) -> Any:
    return JSONResponse(await _page(reading, "team", Team, grant, limit, cursor))


@router.get("/v1/practitioners", summary="List practitioners", response_model=Practitioners)
async def list_practitioners(grant: Reads, reading: Reading, limit: Limit = 50, cursor: Cursor = None) -> Any:
    return JSONResponse(await _page(reading, "practitioner", Practitioner, grant, limit, cursor))


@router.get("/v1/services", summary="List services", response_model=Services)
async def list_services(grant: Reads, reading: Reading, limit: Limit = 50, cursor: Cursor = None) -> Any:
    return JSONResponse(await _page(reading, "service", Service, grant, limit, cursor))


@router.get("/v1/agencies/{agency_id}", summary="An agency", response_model=Agency)
async def get_agency(agency_id: DirectoryId, grant: Reads, reading: Reading) -> Any:
    async with reading() as uow:
        return JSONResponse(_shown(Agency, await directory.get(uow, "agency", agency_id), grant))


@router.get("/v1/teams/{team_id}", summary="A team", response_model=Team)
async def get_team(team_id: DirectoryId, grant: Reads, reading: Reading) -> Any:
    async with reading() as uow:
        return JSONResponse(_shown(Team, await directory.get(uow, "team", team_id), grant))


@router.get("/v1/practitioners/{practitioner_id}", summary="A practitioner", response_model=Practitioner)
async def get_practitioner(practitioner_id: DirectoryId, grant: Reads, reading: Reading) -> Any:
    async with reading() as uow:
        return JSONResponse(_shown(Practitioner, await directory.get(uow, "practitioner", practitioner_id), grant))


@router.get("/v1/services/{service_id}", summary="A service", response_model=Service)
async def get_service(service_id: DirectoryId, grant: Reads, reading: Reading) -> Any:
    async with reading() as uow:
        return JSONResponse(_shown(Service, await directory.get(uow, "service", service_id), grant))


@router.get("/v1/whoami", summary="The caller, as the directory has them", response_model=WhoAmI)
async def whoami(grant: Annotated[Grant, Depends(Granted("whoami"))], reading: Reading) -> Any:
    assert grant.role is not None
    account = grant.role in ACCOUNT_ROLES
    async with reading() as uow:
        person = None if account else await uow.directory.get("practitioner", grant.viewer_id)
        agency = None if grant.agency_id is None else await uow.directory.get("agency", grant.agency_id)
    found = WhoAmI(
        viewer_id=grant.viewer_id,
        kind="account" if account else "practitioner",
        role=grant.role,
        name=person["name"] if person else None,
        agency_id=grant.agency_id,
        agency_name=agency["name"] if agency else None,
        team_ids=list(grant.team_ids),
        scope=None if account else Scope(grant.scope),
    )
    return JSONResponse(found.model_dump(mode="json", exclude_none=True))
