"""The access log for information-governance officers: search, export, and proofs."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import AwareDatetime, BaseModel

from chassis.errors import FieldError, Invalid, NotFound
from chassis.grants import Grant
from chassis.ids import is_uuid
from chassis.pages import Cursor, Limit, page
from chassis.problem_docs import problems
from chassis.service import Granted
from consent.api.common import PolicyOf, Reading, RequestModel, Writing, in_utc, log_cursor, log_place
from consent.application import access_log
from consent.application.purge_log import purge_log
from contracts.vocabulary import Outcome

router = APIRouter(prefix="/v1/access-log", responses=problems(404, 409))

Proves = Annotated[Grant, Depends(Granted("log.prove"))]
Id = Annotated[str | None, Query(max_length=255)]


class Purge(BaseModel):
    """What a purge took: so many entries, all made before that day."""

    before: date
    entries: int


class Entry(BaseModel):
    """One decision. Ids and codes only. `records`: of a child whose records were merged, those that it was about."""

    entry_id: str
    at: str
    viewer_id: str
    actor_id: str | None = None
    agency_id: str | None = None
    child_id: str | None = None
    records: list[str] = []
    action: str
    purpose: str
    categories: list[str]
    permitted: list[str]
    outcome: Outcome
    rules: list[dict[str, Any]]
    criteria: list[str] = []
    purge: Purge | None = None
    decision_id: str
    policy_version: str
    request_id: str


class Entries(BaseModel):
    items: list[Entry]
    next_cursor: str | None


class TreeHead(BaseModel):
    tree_size: int
    root_hash: str
    timestamp: str
    key_id: str
    signature: str


class InclusionProof(BaseModel):
    leaf_index: int
    leaf_hash: str
    tree_size: int
    root_hash: str
    audit_path: list[str]


class ConsistencyProof(BaseModel):
    from_size: int
    to_size: int
    from_root: str
    to_root: str
    path: list[str]


@router.get("", summary="Search the access log, newest first", response_model=Entries)
async def search(
    grant: Annotated[Grant, Depends(Granted("log.read"))],
    reading: Reading,
    child_id: Id = None,
    viewer_id: Id = None,
    agency_id: Id = None,
    outcome: Outcome | None = None,
    since: Annotated[AwareDatetime | None, Query(alias="from")] = None,
    until: Annotated[AwareDatetime | None, Query(alias="to")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> JSONResponse:
    for name, value in (("child_id", child_id), ("viewer_id", viewer_id), ("agency_id", agency_id)):
        if value is not None and "\x00" in value:
            raise Invalid([FieldError(f"/{name}", "has a control character")])
    filters = {
        "child_id": child_id,
        "viewer_id": viewer_id,
        "agency_id": agency_id,
        "outcome": None if outcome is None else outcome.value,
        "from": None if since is None else in_utc(since, "/from"),
        "to": None if until is None else in_utc(until, "/to"),
    }
    async with reading() as uow:
        rows = await access_log.search(uow, grant, filters, log_place(cursor), limit)
    return JSONResponse(page(rows, limit, access_log.entry_of, log_cursor))


@router.get(
    "/export",
    summary="The whole log as NDJSON, for `kith audit verify`",
    description="Up to the latest signed tree head, which is its last line. Entries beyond the caller's scope are "
    "there by their hash alone, so that the whole tree can be verified.",
    responses={200: {"content": {"application/x-ndjson": {}}}},
    response_class=StreamingResponse,
)
async def export(grant: Annotated[Grant, Depends(Granted("log.export"))], reading: Reading) -> StreamingResponse:
    async with reading() as uow:
        head, last = await access_log.begin_export(uow)
    lines: AsyncIterator[bytes] = access_log.export(reading, grant, head, last)
    return StreamingResponse(lines, media_type="application/x-ndjson")


@router.get("/tree-head", summary="The latest signed tree head", response_model=TreeHead)
async def tree_head(_: Proves, reading: Reading) -> JSONResponse:
    async with reading() as uow:
        return JSONResponse((await access_log.tree_head(uow)).as_dict())


class Key(BaseModel):
    """A public key as in RFC 7517; `kid` is its RFC 7638 thumbprint, the `key_id` of the heads that it signed."""

    kty: str
    crv: str
    x: str
    y: str
    alg: str
    use: str
    kid: str


class Keys(BaseModel):
    keys: list[Key]


@router.get(
    "/keys",
    summary="Every public key that signed a tree head (JWKS)",
    description="For `kith audit verify --key`. Keep a copy: a key fetched together with a forged log proves nothing.",
    response_model=Keys,
)
async def keys(_: Proves, reading: Reading) -> JSONResponse:
    async with reading() as uow:
        return JSONResponse({"keys": await access_log.keys(uow)})


@router.get("/inclusion-proof", summary="Proof that an entry is in the log", response_model=InclusionProof)
async def inclusion_proof(
    grant: Proves, reading: Reading, entry_id: Annotated[str, Query(max_length=64)]
) -> JSONResponse:
    if not is_uuid(entry_id):
        raise NotFound
    async with reading() as uow:
        return JSONResponse(await access_log.inclusion_proof(uow, grant, entry_id))


_Size = Annotated[int, Query(ge=0, lt=2**63)]


@router.get("/consistency-proof", summary="Proof that the log only grew", response_model=ConsistencyProof)
async def consistency_proof(_: Proves, reading: Reading, from_size: _Size, to_size: _Size) -> JSONResponse:
    async with reading() as uow:
        return JSONResponse(await access_log.consistency_proof(uow, from_size, to_size))


class PurgeBody(RequestModel):
    """`before`: entries made before that day begins (UTC)."""

    before: date


class PurgeAnswer(BaseModel):
    """`complete` is false where more entries are left: ask again."""

    entries: int
    complete: bool


@router.post(
    "/purges",
    summary="Drop what old entries say; their hashes and proofs stay",
    description="For an officer of the whole partnership, and only beyond the retention that the authority has set. "
    "Takes a part at a time, the oldest first; each part is itself an entry of the log.",
    response_model=PurgeAnswer,
)
async def purge(
    body: PurgeBody,
    request: Request,
    grant: Annotated[Grant, Depends(Granted("log.purge"))],
    policy: PolicyOf,
    writing: Writing,
) -> JSONResponse:
    async with writing() as uow:
        done = await purge_log(uow, grant, policy, request.app.state.log_retention_days, body.before)
    return JSONResponse({"entries": done.entries, "complete": done.complete})
