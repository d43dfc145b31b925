"""What a young person asked to hear of their own record."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse

from chassis.grants import Grant
from chassis.idempotency import Answer
from chassis.pages import Cursor, Limit, decode_cursor, encode_cursor, page
from chassis.problem_docs import problems
from chassis.service import Granted, answer
from notifications.api.notifications import shown
from notifications.api.schemas import Notification, NotificationPage
from notifications.application.own_notifications import acknowledge_own, own_notifications
from notifications.application.ports import UnitOfWorkFactory
from notifications.domain.entries import Entry, State

_Mine = Annotated[Grant, Depends(Granted("me.notifications"))]


def own_routes(reading: UnitOfWorkFactory, writing: UnitOfWorkFactory) -> APIRouter:
    router = APIRouter(prefix="/v1/me/notifications", tags=["me"])

    @router.get(
        "",
        summary="What I asked to hear, newest first.",
        description="Only what you turned on: somebody new who works with you, or something you agreed to that ends.",
        response_model=NotificationPage,
        responses=problems(),
    )
    async def read(
        grant: _Mine,
        state: Annotated[State | None, Query(description="Only those in this state.")] = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> JSONResponse:
        before = decode_cursor(cursor)
        async with reading() as uow:
            inbox = await own_notifications(uow, grant, state, before[0] if before else None, limit)

            def render(entry: Entry) -> dict[str, object]:
                return shown(uow, grant, entry)

            found = page(inbox.entries, limit, render, lambda entry: encode_cursor(entry.notification_id))
        return answer(Answer(200, {**found, "unread": inbox.unread}))

    @router.post(
        "/{notification_id}/acknowledgement",
        summary="Acknowledge one of them; again is harmless.",
        response_model=Notification,
        responses=problems(404),
    )
    async def acknowledge(grant: _Mine, notification_id: str) -> JSONResponse:
        async with writing() as uow:
            entry = await acknowledge_own(uow, grant, notification_id)
            await uow.commit()
            return answer(Answer(200, shown(uow, grant, entry)))

    return router
