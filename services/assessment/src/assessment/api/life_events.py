"""Life events of a child: record, correct, withdraw, read."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Query
from fastapi.responses import JSONResponse

from assessment.api.life_event_mais import LifeEventInDraft
from assessment.api.life_event_schemas import (
    CodeBody,
    CodesBody,
    LifeEventBody,
    LifeEventCorrection,
    LifeEventPage,
    LifeEventRequest,
    LifeEventWithdrawal,
)
from assessment.application.life_events import (
    correct_life_event,
    life_event_history,
    life_event_under,
    record_life_event,
    withdraw_life_event,
)
from assessment.application.ports import UnitOfWorkFactory
from assessment.domain.life_events import LifeEvent, LifeEventCodes, LifeEventStatus
from chassis.disclosure import disclose
from chassis.errors import FieldError, Invalid, NotFound
from chassis.etags import etag
from chassis.grants import Grant
from chassis.idempotency import Answer, once
from chassis.pages import Cursor, Limit, decode_cursor, encode_cursor, page
from chassis.problem_docs import problems
from chassis.service import Granted, IdempotencyOf, answer

_OF_CHILD, _ONE = "/v1/children/{child_id}/life-events", "/v1/life-events/{life_event_id}"
_WHO = frozenset({"recorded_by", "agency_id"})
_ToRead = Annotated[Grant, Depends(Granted("life-event.read"))]
_ToChange = Annotated[Grant, Depends(Granted("life-event.change"))]
_Format = Annotated[
    Literal["kith", "mais"], Query(description="`mais`: in the JSON of the Multi-Agency Information Sharing drafts")
]
_IfMatch = Annotated[str | None, Header(max_length=500)]


def life_event_routes(reading: UnitOfWorkFactory, writing: UnitOfWorkFactory, codes: LifeEventCodes) -> APIRouter:
    router = APIRouter(tags=["chronology"])

    def told(event: LifeEvent, grant: Grant) -> dict[str, Any]:
        """To one who may not learn where the child is, without who else works there."""
        body = disclose(LifeEventBody.of(event, codes, grant.child_id), grant.categories)
        return body if _may_name(event, grant) else {key: value for key, value in body.items() if key not in _WHO}

    @router.get(
        "/v1/life-event-codes",
        summary="The codes that a life event may have.",
        response_model=CodesBody,
        responses=problems(),
    )
    async def list_codes(_: Annotated[Grant, Depends(Granted("template.read"))]) -> JSONResponse:
        listed = CodesBody(items=[CodeBody.of(each) for each in codes.values()])
        return answer(Answer(200, listed.model_dump(mode="json")))

    @router.post(
        _OF_CHILD,
        status_code=201,
        summary="Record something that happened in the child's life.",
        description="Its `category` rules who may know of it; you can write in those that your role is entitled to.",
        response_model=LifeEventBody,
        responses=problems(404),
    )
    async def record(
        grant: Annotated[Grant, Depends(Granted("life-event.record"))],
        child_id: str,
        request: LifeEventRequest,
        idempotency: IdempotencyOf,
    ) -> JSONResponse:
        command = request.command()
        async with writing() as uow:

            async def work() -> Answer:
                made = await record_life_event(uow, codes, grant, command)
                return Answer(201, told(made, grant), etag(made.version))

            result = await once(uow, idempotency(grant), work)
        return answer(result, uow.effects)

    @router.get(
        _ONE,
        summary="Read a life event.",
        description="With `format=mais`: the LifeEvent of the Multi-Agency Information Sharing drafts. Of what was "
        "withdrawn there is none, since they cannot say so.",
        response_model=LifeEventBody | LifeEventInDraft,
        responses=problems(404),
    )
    async def read(
        grant: _ToRead,
        life_event_id: str,
        format: _Format = "kith",  # noqa: A002 - the query's own word
    ) -> JSONResponse:
        async with reading() as uow:
            found = await life_event_under(uow, grant, life_event_id)
        if format == "kith":
            return answer(Answer(200, told(found, grant), etag(found.version)))
        if found.status is LifeEventStatus.WITHDRAWN:
            raise NotFound
        draft = LifeEventInDraft.of(found, grant.child_id, named=_may_name(found, grant))
        return answer(Answer(200, disclose(draft, grant.categories), etag(found.version)))

    @router.get(
        f"{_ONE}/history",
        summary="Read every version of a life event, the last one first.",
        response_model=LifeEventPage,
        responses=problems(404),
    )
    async def history(grant: _ToRead, life_event_id: str, limit: Limit = 50, cursor: Cursor = None) -> JSONResponse:
        before = _version(cursor)
        async with reading() as uow:
            found = await life_event_history(uow, grant, life_event_id, before, limit)
        shown = page(found, limit, lambda each: told(each, grant), lambda each: encode_cursor(str(each.version)))
        return answer(Answer(200, shown))

    @router.patch(
        _ONE,
        summary="Correct a life event that you recorded. Every version is kept.",
        description="404 for one that somebody else recorded. Its category stays: withdraw it, and record it anew.",
        response_model=LifeEventBody,
        responses=problems(404, 409, 412, 428),
    )
    async def correct(
        grant: _ToChange, life_event_id: str, request: LifeEventCorrection, if_match: _IfMatch = None
    ) -> JSONResponse:
        changes = request.changes()
        async with writing() as uow:
            changed = await correct_life_event(uow, codes, grant, life_event_id, changes, if_match)
            await uow.commit()
        return answer(Answer(200, told(changed, grant), etag(changed.version)), uow.effects)

    @router.post(
        f"{_ONE}/withdrawal",
        summary="Withdraw a life event that you recorded: it did not happen, or not to this child.",
        description="It is in no chronology from then on, and is still read by its id. 404 for somebody else's.",
        response_model=LifeEventBody,
        responses=problems(404, 409, 412, 428),
    )
    async def withdraw(
        grant: _ToChange, life_event_id: str, request: LifeEventWithdrawal, if_match: _IfMatch = None
    ) -> JSONResponse:
        async with writing() as uow:
            changed = await withdraw_life_event(uow, grant, life_event_id, request.reason, if_match)
            await uow.commit()
        return answer(Answer(200, told(changed, grant), etag(changed.version)), uow.effects)

    return router


def _may_name(event: LifeEvent, grant: Grant) -> bool:
    return not grant.veiled or event.recorded_by == grant.viewer_id


def _version(cursor: str | None) -> int | None:
    parts = decode_cursor(cursor)
    if parts is None:
        return None
    if not (parts[0].isascii() and parts[0].isdecimal() and len(parts[0]) <= 6):
        raise Invalid([FieldError("/cursor", "is not a cursor of this list")])
    return int(parts[0])
