"""Referrals of a child to what is on offer to families."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query
from fastapi.responses import JSONResponse

from assessment.api.referral_schemas import ReferralBody, ReferralPage, ReferralRequest, StepRequest, told
from assessment.application.ports import UnitOfWorkFactory
from assessment.application.read_referrals import children_of_mine, list_mine, list_of_child, referral_under
from assessment.application.send_referral import send_referral
from assessment.application.take_referral_step import take_step
from assessment.domain.referrals import Direction, Status
from chassis.etags import etag
from chassis.grants import Grant
from chassis.idempotency import Answer, once
from chassis.pages import Cursor, Limit, decode_cursor, encode_cursor, page
from chassis.problem_docs import problems
from chassis.service import Granted, IdempotencyOf, answer
from contracts.decisions import Candidates

_OF_CHILD, _MINE = "/v1/children/{child_id}/referrals", "/v1/referrals"
_ONE = f"{_MINE}/{{referral_id}}"
_ToRead = Annotated[Grant, Depends(Granted("referral.read"))]
_Direction = Annotated[Direction, Query(description="`in`: to services of my teams; `out`: sent by me.")]


def referral_routes(reading: UnitOfWorkFactory, writing: UnitOfWorkFactory) -> APIRouter:
    router = APIRouter(tags=["referrals"])

    @router.post(
        _OF_CHILD,
        status_code=201,
        summary="Refer the child to a service of the service directory.",
        description="With the family's consent, or a legal basis recorded for the child. The service's team has a "
        "relationship with the child until it declines or the referral is over, which opens little: who the child is, "
        "the referral, and what you share. Of a sensitive service it opens nothing until a recorded consent names "
        "`sensitive` for the team.",
        response_model=ReferralBody,
        responses=problems(404, 409),
    )
    async def send(
        grant: Annotated[Grant, Depends(Granted("referral.send"))],
        child_id: str,
        request: ReferralRequest,
        idempotency: IdempotencyOf,
    ) -> JSONResponse:
        command = request.command()
        async with writing() as uow:

            async def work() -> Answer:
                made = await send_referral(uow, grant, command)
                return Answer(201, told(made, grant), etag(made.version))

            result = await once(uow, idempotency(grant), work)
        return answer(result, uow.effects)

    @router.get(
        _OF_CHILD,
        summary="To which services the child was referred, and where it stands, newest first.",
        response_model=ReferralPage,
        responses=problems(404),
    )
    async def list_all(grant: _ToRead, child_id: str, limit: Limit = 50, cursor: Cursor = None) -> JSONResponse:
        before = decode_cursor(cursor)
        async with reading() as uow:
            found = await list_of_child(uow, grant, before[0] if before else None, limit)
        shown = page(found, limit, lambda each: told(each, grant), lambda each: encode_cursor(each.referral_id))
        return answer(Answer(200, shown))

    @router.get(
        _MINE,
        summary="Referrals to my teams' services, or those that I have sent, newest first.",
        description="Whether you may know of each child is decided again at every reading.",
        response_model=ReferralPage,
        responses=problems(),
    )
    async def list_own(
        grant: _ToRead,
        direction: _Direction,
        status: Annotated[Status | None, Query(description="Only those.")] = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> JSONResponse:
        before = decode_cursor(cursor)
        async with reading() as uow:
            found = await list_mine(uow, grant, direction, status, before[0] if before else None, limit)
        shown = page(found, limit, lambda each: told(each, grant), lambda each: encode_cursor(each.referral_id))
        return answer(Answer(200, shown))

    @router.get(f"/internal/candidates{_MINE}", include_in_schema=False)
    async def candidates(grant: _ToRead, direction: _Direction) -> Candidates:
        async with reading() as uow:
            children, categories = await children_of_mine(uow, grant, direction)
        return Candidates(children=children, categories=categories)

    @router.get(_ONE, summary="Read a referral.", response_model=ReferralBody, responses=problems(404))
    async def read(grant: _ToRead, referral_id: str) -> JSONResponse:
        async with reading() as uow:
            found = await referral_under(uow, grant, referral_id)
        return answer(Answer(200, told(found, grant), etag(found.version)))

    @router.post(
        f"{_ONE}/steps",
        summary="Say what became of a referral.",
        description="By the team that it went to; of a service without a team in Kith by whoever sent it, or leads for "
        "the child. Whoever sent it may end it before it is started. `started` opens no episode: the service opens its "
        "own as usual.",
        response_model=ReferralBody,
        responses=problems(404, 409, 412, 428),
    )
    async def step(
        grant: Annotated[Grant, Depends(Granted("referral.step"))],
        referral_id: str,
        request: StepRequest,
        idempotency: IdempotencyOf,
        if_match: Annotated[str | None, Header(max_length=500)] = None,
    ) -> JSONResponse:
        async with writing() as uow:

            async def work() -> Answer:
                taken = await take_step(uow, grant, referral_id, request.step, request.reason, if_match)
                return Answer(200, told(taken, grant), etag(taken.version))

            result = await once(uow, idempotency(grant), work)
        return answer(result, uow.effects)

    return router
