"""Breaking the glass, and its review by an officer."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from chassis.disclosure import STRUCTURE, disclose
from chassis.errors import FieldError, Invalid
from chassis.grants import Grant
from chassis.idempotency import Answer, once
from chassis.pages import Cursor, Limit, decode_cursor, encode_cursor, page
from chassis.problem_docs import problems
from chassis.service import Granted, IdempotencyOf, answer
from consent.api.common import EVERYTHING, Line, Note, PolicyOf, Reading, RequestModel, Told, Writing
from consent.application.overrides import (
    InvokeOverride,
    disclose_override,
    invoke_override,
    record_outcome,
    reviews,
)
from consent.application.ports import Record
from contracts.vocabulary import Category

router = APIRouter(responses=problems(404))

_Reviewing = Annotated[Grant, Depends(Granted("override.review"))]


class OverrideBody(RequestModel):
    reason_code: Line
    reason: Note
    categories: Annotated[list[Category], Field(min_length=1, max_length=len(Category))]
    minutes: Annotated[int, Field(ge=1, le=100_000)] | None = None


class Override(BaseModel):
    override_id: Annotated[str, Told]
    categories: Annotated[list[Category], Told]
    expires_at: Annotated[datetime, Told]


class OverrideReview(BaseModel):
    """One override as an officer sees it. `flags`: what to look at in the words; `overrides_by_viewer`: how many the
    same viewer made in the last 30 days."""

    override_id: Annotated[str, Told]
    child_id: Annotated[str, Told]
    viewer_id: Annotated[str, Told]
    agency_id: Annotated[str | None, Told] = None
    reason_code: Annotated[str, Told]
    reason: Annotated[str, Told]
    flags: Annotated[list[str], Told]
    categories: Annotated[list[Category], Told]
    started_at: Annotated[datetime, Told]
    expires_at: Annotated[datetime, Told]
    overrides_by_viewer: Annotated[int | None, Told] = None
    reviewed_by: Annotated[str | None, Told] = None
    reviewed_at: Annotated[datetime | None, Told] = None
    justified: Annotated[bool | None, Told] = None
    note: Annotated[str | None, Told] = None
    escalated_at: Annotated[datetime | None, Told] = None
    disclosed_at: Annotated[datetime | None, Told] = None


class OverrideReviews(BaseModel):
    items: Annotated[list[OverrideReview], STRUCTURE]
    next_cursor: Annotated[str | None, STRUCTURE]


class OutcomeBody(RequestModel):
    """`safe_to_disclose`: the young person may know of it from now on."""

    justified: bool
    note: Note
    safe_to_disclose: bool = False


def _shown(record: Record) -> dict[str, Any]:
    return disclose(OverrideReview.model_validate(record), EVERYTHING)


@router.post(
    "/v1/children/{child_id}/overrides",
    status_code=201,
    summary="Break the glass: see the categories named, for a while, in an emergency",
    description="Needs a reason code and words of your own. Information-governance officers and the lead professional "
    "are told at once, and an officer reviews it. It opens what your role is entitled to, to you alone.",
    response_model=Override,
)
async def post_override(
    child_id: str,
    body: OverrideBody,
    grant: Annotated[Grant, Depends(Granted("override.invoke"))],
    idem: IdempotencyOf,
    writing: Writing,
    policy: PolicyOf,
) -> JSONResponse:
    assert grant.role is not None
    for position, category in enumerate(body.categories):
        if not policy.entitled(grant.role, category):
            raise Invalid([FieldError(f"/categories/{position}", "is not one that your role is entitled to")])
    command = InvokeOverride(body.reason_code, body.reason, body.categories, body.minutes)
    async with writing() as uow:

        async def work() -> Answer:
            record = await invoke_override(uow, policy, grant.viewer_id, grant.agency_id, str(grant.child_id), command)
            return Answer(201, disclose(Override.model_validate(record), EVERYTHING))

        return answer(await once(uow, idem(grant), work))  # type: ignore[arg-type]


@router.get(
    "/v1/override-reviews",
    summary="Overrides to review, newest first",
    description="Those of the caller's own agency's people, or all by scope.",
    response_model=OverrideReviews,
)
async def list_reviews(
    grant: _Reviewing,
    reading: Reading,
    state: Annotated[Literal["open", "reviewed"] | None, Query(description="Only those in this state.")] = None,
    viewer_id: Annotated[str | None, Query(max_length=64, pattern=r"^[^\x00-\x1f]*$")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> JSONResponse:
    after = decode_cursor(cursor)
    filters = {"viewer_id": viewer_id, "open": None if state is None else state == "open"}
    async with reading() as uow:
        found = await reviews(uow, grant, filters, after[0] if after else None, limit)
    return JSONResponse(page(found, limit, _shown, lambda record: encode_cursor(record["override_id"])))


@router.post(
    "/v1/override-reviews/{override_id}/outcome",
    summary="Record the outcome of a review",
    description="Once, and never by the person who broke the glass.",
    response_model=OverrideReview,
    responses=problems(404, 409),
)
async def post_outcome(override_id: str, body: OutcomeBody, grant: _Reviewing, writing: Writing) -> JSONResponse:
    async with writing() as uow:
        record = await record_outcome(uow, grant, override_id, body.justified, body.note, body.safe_to_disclose)
        await uow.commit()
    return JSONResponse(_shown(record))


@router.post(
    "/v1/override-reviews/{override_id}/disclosure",
    summary="Let the young person know of an override, since it is safe",
    response_model=OverrideReview,
)
async def post_disclosure(override_id: str, grant: _Reviewing, writing: Writing) -> JSONResponse:
    async with writing() as uow:
        record = await disclose_override(uow, grant, override_id)
        await uow.commit()
    return JSONResponse(_shown(record))
