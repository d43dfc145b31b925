"""The young person's side: who can see, who looked, blocks and consents. A parent's account has no blocks."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from chassis.disclosure import STRUCTURE, disclose
from chassis.grants import Grant
from chassis.pages import Cursor, Limit
from chassis.problem_docs import problems
from chassis.service import Granted, IdempotencyOf
from consent.api.blocks import Block, BlockBody, Blocks, blocks_page, lifted_block, placed_block
from consent.api.common import EVERYTHING, PolicyOf, Reading, Told, Writing, log_cursor, log_place
from consent.api.consent_requests import ConsentRequests, requests_page
from consent.api.consents import Consent, Consents, OwnConsentBody, consents_page, recorded_consent, shown_consent
from consent.api.viewers import Viewers, viewers_answer
from consent.application import history
from consent.application.consents import withdraw_consent
from contracts.vocabulary import Category

router = APIRouter(prefix="/v1/me", responses=problems(404))

Blocking = Annotated[Grant, Depends(Granted("me.block"))]


class Look(BaseModel):
    entry_id: Annotated[str, Told]
    at: Annotated[str, Told]
    viewer_name: Annotated[str | None, Told] = None
    role: Annotated[str | None, Told] = None
    agency_name: Annotated[str | None, Told] = None
    action: Annotated[str, Told]
    purpose: Annotated[str, Told]
    categories: Annotated[list[Category], Told]
    by_override: Annotated[bool, Told]


class Looks(BaseModel):
    items: Annotated[list[Look], STRUCTURE]
    next_cursor: Annotated[str | None, STRUCTURE]


@router.get("/viewers", summary="Who can see my record, what of it, and why", response_model=Viewers)
async def my_viewers(
    grant: Annotated[Grant, Depends(Granted("me.viewers"))], reading: Reading, policy: PolicyOf
) -> JSONResponse:
    return await viewers_answer(reading, policy, grant)


@router.get("/access-history", summary="Who looked at my record, when and why, newest first", response_model=Looks)
async def my_access_history(
    grant: Annotated[Grant, Depends(Granted("me.history"))],
    reading: Reading,
    policy: PolicyOf,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> JSONResponse:
    async with reading() as uow:
        rows = await history.looks_at(uow, grant, log_place(cursor), limit)
        looks = await history.describe(uow, policy, grant, rows[:limit])
    items = [disclose(Look.model_validate(look), EVERYTHING) for look in looks]
    more = log_cursor(rows[limit - 1]) if len(rows) > limit else None
    return JSONResponse({"items": items, "next_cursor": more})


@router.get("/blocks", summary="My blocks, oldest first", response_model=Blocks)
async def my_blocks(
    grant: Annotated[Grant, Depends(Granted("me.blocks"))], reading: Reading, limit: Limit = 50, cursor: Cursor = None
) -> JSONResponse:
    return await blocks_page(reading, grant, limit, cursor)


@router.post(
    "/blocks",
    status_code=201,
    summary="Block somebody from my record",
    description="Holds from their next request. They are not told.",
    response_model=Block,
)
async def block_somebody(body: BlockBody, grant: Blocking, idem: IdempotencyOf, writing: Writing) -> JSONResponse:
    return await placed_block(writing, grant, idem, body)


@router.delete("/blocks/{block_id}", status_code=204, summary="Lift one of my blocks", response_class=Response)
async def lift_my_block(block_id: str, grant: Blocking, writing: Writing) -> Response:
    return await lifted_block(writing, grant, block_id)


@router.post(
    "/consents",
    status_code=201,
    summary="Agree to share something about me",
    description="Who gives it follows from the account: a young person for themselves, a parent by parental "
    "responsibility.",
    response_model=Consent,
    responses=problems(404, 409),
)
async def give_my_consent(
    body: OwnConsentBody,
    grant: Annotated[Grant, Depends(Granted("me.consent"))],
    idem: IdempotencyOf,
    writing: Writing,
) -> JSONResponse:
    assert grant.role is not None
    return await recorded_consent(writing, grant, idem, body.command(grant.role.value))


@router.get(
    "/consent-requests", summary="What I or my family were asked to share, oldest first", response_model=ConsentRequests
)
async def my_consent_requests(
    grant: Annotated[Grant, Depends(Granted("me.requests"))], reading: Reading, limit: Limit = 50, cursor: Cursor = None
) -> JSONResponse:
    return await requests_page(reading, grant, limit, cursor)


@router.get("/consents", summary="Consents about me, oldest first", response_model=Consents)
async def my_consents(
    grant: Annotated[Grant, Depends(Granted("me.consents"))], reading: Reading, limit: Limit = 50, cursor: Cursor = None
) -> JSONResponse:
    return await consents_page(reading, grant, limit, cursor)


@router.post("/consents/{consent_id}/withdrawal", summary="Withdraw a consent about me", response_model=Consent)
async def withdraw_my_consent(
    consent_id: str, grant: Annotated[Grant, Depends(Granted("me.withdraw"))], writing: Writing
) -> JSONResponse:
    async with writing() as uow:
        record = await withdraw_consent(uow, grant, consent_id)
        await uow.commit()
    return JSONResponse(shown_consent(record))
