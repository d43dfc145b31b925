"""`/scim/v2/Users`: practitioners."""

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, StringConstraints, ValidationError
from scim2_models import (
    URN,
    Address,
    Context,
    Email,
    Extension,
    GroupMembership,
    Meta,
    Name,
    PhoneNumber,
    Reference,
    User,
)

from chassis.errors import Invalid
from chassis.scim import MEDIA_TYPE
from consent.api.common import DirectoryId, Line, Reading, Writing
from consent.api.scim.protocol import (
    DEFAULT_PAGE,
    PATCH,
    Attributes,
    Count,
    Excluded,
    Filter,
    IfMatch,
    Reaching,
    ScimResponse,
    ScimRoute,
    StartIndex,
    body_of,
    documented,
    in_words,
    list_of,
    narrowable,
    version,
)
from consent.api.scim.resources import Resources
from consent.application import provisioning
from consent.application.ports import Record
from consent.application.provisioning import PERSON, Person
from consent.domain.likeness import Home, SaidOfHome
from contracts.routes import SCIM
from contracts.vocabulary import PractitionerStatus

router = APIRouter(route_class=ScimRoute, default_response_class=ScimResponse)

EXTENSION = "urn:kith:params:scim:schemas:extension:practitioner:1.0:User"


class PractitionerExtension(Extension):
    """What Kith needs to know of a practitioner beyond RFC 7643."""

    __schema__ = URN(EXTENSION)

    role: str | None = None
    """One of Kith's roles. Needed when a practitioner is made."""
    agency_id: str | None = None
    """The agency they work for. May be left out by a provider that speaks for one agency."""
    person_id: str | None = None
    """The same for each post that one person holds under an id of its own: a block of one holds for all. Once given
    it does not change."""


KithUser = User[PractitionerExtension]
_HOME = Address.Type.home
_NOT_SHOWN = "not shown"


class _Kept(BaseModel):
    """What the directory can keep of a person."""

    user_name: Annotated[Line, StringConstraints(max_length=254)]
    external_id: Annotated[Line, StringConstraints(max_length=255)] | None
    name: Line
    email: Annotated[str, StringConstraints(pattern=r"^[^@\s\x00]+@[^@\s\x00]+$", max_length=254)] | None
    phone: Annotated[str, StringConstraints(pattern=r"^[+0-9][0-9 ()-]{2,38}$")] | None
    agency_id: DirectoryId | None
    person_id: DirectoryId | None


def shown(record: Record) -> dict[str, Any]:
    """A practitioner as SCIM has them."""
    user = KithUser(
        id=record["practitioner_id"],
        external_id=record["external_id"],
        user_name=record["user_name"] or record["practitioner_id"],
        display_name=record["name"],
        name=Name(formatted=record["name"]),
        active=record["status"] == PractitionerStatus.ACTIVE,
        emails=[Email(value=record["email"], primary=True)] if record["email"] else None,
        phone_numbers=[PhoneNumber(value=record["phone"], primary=True)] if record["phone"] else None,
        groups=[
            GroupMembership(
                value=group["team_id"], display=group["name"], ref=Reference(f"{SCIM}Groups/{group['team_id']}")
            )
            for group in record["groups"]
        ],
        meta=Meta(
            resource_type="User",
            location=f"{SCIM}Users/{record['practitioner_id']}",
            version=version(record["version"]),
        ),
    )
    user[PractitionerExtension] = PractitionerExtension(
        role=record["role"], agency_id=record["agency_id"], person_id=record["person_id"]
    )
    return user.model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE)


def before_patch(record: Record) -> dict[str, Any]:
    """A practitioner as a patch finds them: with a home, which is never shown and may be none."""
    return {**shown(record), "addresses": [{"type": "home", "formatted": _NOT_SHOWN}]}


def said(user: Any, before: Record | None) -> Person:
    """What a resource says of a person. `before` is whom a patch was applied to. Raises `Invalid`."""
    extension = user[PractitionerExtension] or PractitionerExtension()
    try:
        kept = _Kept(
            user_name=user.user_name,
            external_id=user.external_id,
            name=_name(user, before),
            email=_first(user.emails),
            phone=(_first(user.phone_numbers) or "").removeprefix("tel:") or None,
            agency_id=extension.agency_id,
            person_id=extension.person_id,
        )
    except ValidationError as error:
        raise in_words(error) from error
    return Person(active=user.active, role=extension.role, home=_home(user), **kept.model_dump())


def _home(user: Any) -> SaidOfHome:
    """The last home address said. One that is not said, or an address of another type alone, leaves it as it was."""
    if "addresses" not in user.model_fields_set:
        return "kept"
    if not user.addresses:
        return None
    homes = [each for each in user.addresses if each.type == _HOME]
    told = [each for each in homes if each.street_address or each.postal_code or each.formatted != _NOT_SHOWN]
    if not told:
        return "kept"
    if not told[-1].postal_code:
        raise Invalid.field("/addresses/postalCode", "is needed each time a home is told")
    return Home(told[-1].postal_code, told[-1].street_address)


def _name(user: Any, before: Record | None) -> str:
    """The name to show: of those that changed, the one that says most of how the person wants to be called."""
    was = None if before is None else before["name"]
    name = user.name or Name()
    in_parts = " ".join(part for part in (name.given_name, name.family_name) if part)
    for given in (user.display_name, name.formatted, in_parts):
        if given and given != was:
            return str(given)
    return str(was or user.user_name)


def _first(values: Any) -> str | None:
    """The primary of several, or the first."""
    ordered = sorted(values or (), key=lambda each: not each.primary)
    return str(ordered[0].value) if ordered and ordered[0].value else None


_TEXT = {"type": "string"}
_MANY = {"type": "array", "items": {"type": "object", "properties": {"value": _TEXT, "primary": {"type": "boolean"}}}}
_SHAPE: dict[str, Any] = {
    "type": "object",
    "required": ["schemas", "userName"],
    "properties": {
        "schemas": {
            "type": "array",
            "items": {"enum": ["urn:ietf:params:scim:schemas:core:2.0:User", EXTENSION]},
            "minItems": 1,
        },
        "userName": {"type": "string", "minLength": 1},
        "externalId": _TEXT,
        "displayName": _TEXT,
        "name": {"type": "object", "properties": {"givenName": _TEXT, "familyName": _TEXT, "formatted": _TEXT}},
        "active": {"type": "boolean"},
        "emails": _MANY,
        "phoneNumbers": _MANY,
        "addresses": {
            "type": "array",
            "writeOnly": True,
            "description": "The one of type `home`: only a keyed hash of it is kept, and it is never shown again. Left "
            "out, it stays as it was; an empty list forgets it.",
            "items": {"type": "object", "properties": {"type": _TEXT, "streetAddress": _TEXT, "postalCode": _TEXT}},
        },
        EXTENSION: {"type": "object", "properties": {"role": _TEXT, "agencyId": _TEXT, "personId": _TEXT}},
    },
}
_NARROWED = narrowable(_SHAPE)


_PERSONS = Resources(
    PERSON,
    KithUser,
    shown,
    before_patch,
    said,
    provisioning.create_person,
    provisioning.change_person,
    provisioning.remove_person,
)


@router.get(f"{SCIM}Users", summary="Practitioners (SCIM)", responses=documented(list_of(_SHAPE), errors=(400,)))
async def list_users(
    reach: Reaching,
    reading: Reading,
    filter: Filter = None,  # noqa: A002 - RFC 7644's word
    start_index: StartIndex = 1,
    count: Count = DEFAULT_PAGE,
    attributes: Attributes = None,
    excluded: Excluded = None,
) -> Response:
    return await _PERSONS.list(reach, reading, filter, start_index, count, attributes, excluded)


@router.post(
    f"{SCIM}Users",
    summary="Make a practitioner (SCIM)",
    description="`externalId`, or without one `userName`, becomes the practitioner's id: it must be what the "
    "provider's tokens name as `sub`.",
    status_code=201,
    responses=documented(_SHAPE, status=201, errors=(400, 409)),
    openapi_extra=body_of(_SHAPE),
)
async def create_user(reach: Reaching, writing: Writing, request: Request) -> Response:
    return await _PERSONS.create(reach, writing, request)


@router.get(
    f"{SCIM}Users/{{user_id}}", summary="A practitioner (SCIM)", responses=documented(narrowable(_SHAPE), errors=(404,))
)
async def get_user(
    user_id: str, reach: Reaching, reading: Reading, attributes: Attributes = None, excluded: Excluded = None
) -> Response:
    return await _PERSONS.get(user_id, reach, reading, attributes, excluded)


@router.put(
    f"{SCIM}Users/{{user_id}}",
    summary="Keep a practitioner (SCIM)",
    responses=documented(_SHAPE, errors=(400, 404, 409, 412)),
    openapi_extra=body_of(_SHAPE),
)
async def put_user(
    user_id: str, reach: Reaching, writing: Writing, request: Request, if_match: IfMatch = None
) -> Response:
    return await _PERSONS.replace(user_id, reach, writing, request, if_match)


@router.patch(
    f"{SCIM}Users/{{user_id}}",
    summary="Change a practitioner (SCIM)",
    description="`active: false` suspends from the practitioner's next request.",
    responses=documented(_SHAPE, errors=(400, 404, 409, 412)),
    openapi_extra=body_of(PATCH),
)
async def patch_user(
    user_id: str, reach: Reaching, writing: Writing, request: Request, if_match: IfMatch = None
) -> Response:
    return await _PERSONS.patch(user_id, reach, writing, request, if_match)


@router.delete(
    f"{SCIM}Users/{{user_id}}",
    summary="A practitioner has left (SCIM)",
    description="From their next request they may do nothing; their entry and all that they did stay.",
    status_code=204,
    responses={404: {"content": {MEDIA_TYPE: {}}}, 412: {"content": {MEDIA_TYPE: {}}}},
)
async def delete_user(user_id: str, reach: Reaching, writing: Writing, if_match: IfMatch = None) -> Response:
    return await _PERSONS.remove(user_id, reach, writing, if_match)
