"""The inbox of the caller."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse

from chassis.disclosure import disclose
from chassis.grants import Grant
from chassis.idempotency import Answer
from chassis.pages import Cursor, Limit, decode_cursor, encode_cursor, page
from chassis.problem_docs import problems
from chassis.service import Granted, answer
from contracts.decisions import Candidates
from notifications.api.schemas import Notification, NotificationPage
from notifications.application.acknowledge_notification import acknowledge_candidates, acknowledge_notification
from notifications.application.list_notifications import list_candidates, list_notifications
from notifications.application.ports import UnitOfWorkFactory
from notifications.domain.entries import Entry, State

_LIST, _ACKNOWLEDGE = "/v1/notifications", "/v1/notifications/{notification_id}/acknowledgement"
_ToRead = Annotated[Grant, Depends(Granted("notification.read"))]
_ToAcknowledge = Annotated[Grant, Depends(Granted("notification.acknowledge"))]


def notification_routes(reading: UnitOfWorkFactory, writing: UnitOfWorkFactory) -> APIRouter:
    router = APIRouter(tags=["notifications"])

    @router.get(
        _LIST,
        summary="List my notifications, newest first.",
        description="Whether you may know of each child is decided again at every reading; an entry about a child "
        "whom you may no longer know of is not there, nor counted.",
        response_model=NotificationPage,
        responses=problems(),
    )
    async def read(
        grant: _ToRead,
        state: Annotated[State | None, Query(description="Only those in this state.")] = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> JSONResponse:
        before = decode_cursor(cursor)
        async with reading() as uow:
            inbox = await list_notifications(uow, grant, state, before[0] if before else None, limit)

        def render(entry: Entry) -> dict[str, object]:
            return disclose(Notification.of(entry), grant.categories)

        shown = page(inbox.entries, limit, render, lambda entry: encode_cursor(entry.notification_id))
        return answer(Answer(200, {**shown, "unread": inbox.unread}))

    @router.post(
        _ACKNOWLEDGE,
        summary="Acknowledge one of my notifications; again is harmless.",
        response_model=Notification,
        responses=problems(404),
    )
    async def acknowledge(grant: _ToAcknowledge, notification_id: str) -> JSONResponse:
        async with writing() as uow:
            entry = await acknowledge_notification(uow, grant, notification_id)
            await uow.commit()
        return answer(Answer(200, disclose(Notification.of(entry), grant.categories)))

    @router.get(f"/internal/candidates{_LIST}", include_in_schema=False)
    async def candidates_to_read(grant: _ToRead) -> Candidates:
        async with reading() as uow:
            return await list_candidates(uow, grant)

    @router.post(f"/internal/candidates{_ACKNOWLEDGE}", include_in_schema=False)
    async def candidates_to_acknowledge(grant: _ToAcknowledge, notification_id: str) -> Candidates:
        async with reading() as uow:
            return await acknowledge_candidates(uow, grant, notification_id)

    return router
