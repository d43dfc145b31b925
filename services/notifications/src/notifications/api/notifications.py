"""The inbox of the caller."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse

from chassis.disclosure import disclose
from chassis.grants import Grant
from chassis.idempotency import Answer
from chassis.pages import Cursor, Limit, decode_cursor, encode_cursor, page
from chassis.problem_docs import problems
from chassis.service import Granted, answer
from contracts.decisions import Candidates
from notifications.api.schemas import AcknowledgeAll, AcknowledgedAll, Notification, NotificationPage, Snooze
from notifications.application.acknowledge_notification import (
    acknowledge_all,
    acknowledge_candidates,
    acknowledge_notification,
    snooze_notification,
    take_back_acknowledgement,
)
from notifications.application.list_notifications import Filter, list_candidates, list_notifications
from notifications.application.ports import NotificationsUnitOfWork, UnitOfWorkFactory
from notifications.domain.entries import Entry, State
from notifications.domain.happenings import NotificationType
from notifications.domain.hearing import Priority

_LIST, _ALL = "/v1/notifications", "/v1/notifications/acknowledgements"
_ACKNOWLEDGE, _SNOOZE = (
    "/v1/notifications/{notification_id}/acknowledgement",
    "/v1/notifications/{notification_id}/snooze",
)
_ToRead = Annotated[Grant, Depends(Granted("notification.read"))]
_ToAcknowledge = Annotated[Grant, Depends(Granted("notification.acknowledge"))]
_ToSnooze = Annotated[Grant, Depends(Granted("notification.snooze"))]


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
        of_type: Annotated[NotificationType | None, Query(alias="type", description="Only those of this type.")] = None,
        child_id: Annotated[str | None, Query(max_length=64, description="Only those about this child.")] = None,
        priority: Annotated[Priority | None, Query(description="Only those of this priority.")] = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> JSONResponse:
        before = decode_cursor(cursor)
        sought = Filter(state, of_type, child_id, priority)
        async with reading() as uow:
            inbox = await list_notifications(uow, grant, sought, before[0] if before else None, limit)

            def render(entry: Entry) -> dict[str, object]:
                return shown(uow, grant, entry)

            found = page(inbox.entries, limit, render, lambda entry: encode_cursor(entry.notification_id))
        return answer(Answer(200, {**found, "unread": inbox.unread}))

    @router.post(
        _ALL,
        summary="Acknowledge all of my unread notifications up to one of them.",
        description="`up_to` is the newest that you have seen: what came after it is left alone. Of those before it, "
        "the ones that you may know of now, and that the filter names.",
        response_model=AcknowledgedAll,
        responses=problems(404),
    )
    async def acknowledge_up_to(grant: _ToAcknowledge, body: AcknowledgeAll) -> JSONResponse:
        sought = Filter(type=body.type, child_id=body.child_id, priority=body.priority)
        async with writing() as uow:
            done = await acknowledge_all(uow, grant, body.up_to, sought)
            await uow.commit()
        return answer(Answer(200, {"acknowledged": done.acknowledged, "unread": done.unread}))

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
            return answer(Answer(200, shown(uow, grant, entry)))

    @router.delete(
        _ACKNOWLEDGE,
        summary="Take an acknowledgement back: the notification is unread again.",
        response_model=Notification,
        responses=problems(404),
    )
    async def unacknowledge(grant: _ToAcknowledge, notification_id: str) -> JSONResponse:
        async with writing() as uow:
            entry = await take_back_acknowledgement(uow, grant, notification_id)
            await uow.commit()
            return answer(Answer(200, shown(uow, grant, entry)))

    @router.put(
        _SNOOZE,
        summary="Put one of my notifications off; it comes back by itself.",
        response_model=Notification,
        responses=problems(404, 409),
    )
    async def snooze(grant: _ToSnooze, notification_id: str, body: Snooze) -> JSONResponse:
        async with writing() as uow:
            entry = await snooze_notification(uow, grant, notification_id, body.until)
            await uow.commit()
            return answer(Answer(200, shown(uow, grant, entry)))

    @router.delete(
        _SNOOZE,
        summary="Have one of my notifications back at once.",
        response_model=Notification,
        responses=problems(404),
    )
    async def wake(grant: _ToSnooze, notification_id: str) -> JSONResponse:
        async with writing() as uow:
            entry = await snooze_notification(uow, grant, notification_id, None)
            await uow.commit()
            return answer(Answer(200, shown(uow, grant, entry)))

    add_candidates(router, reading)
    return router


def add_candidates(router: APIRouter, reading: UnitOfWorkFactory) -> None:
    """The routes between parts that name the children of whom the answers would speak."""

    @router.get(f"/internal/candidates{_LIST}", include_in_schema=False)
    async def candidates_to_read(grant: _ToRead) -> Candidates:
        async with reading() as uow:
            return await list_candidates(uow, grant)

    @router.post(f"/internal/candidates{_ALL}", include_in_schema=False)
    async def candidates_to_acknowledge_all(grant: _ToAcknowledge, body: AcknowledgeAll) -> Candidates:
        async with reading() as uow:
            return await list_candidates(uow, grant)

    @router.api_route(f"/internal/candidates{_ACKNOWLEDGE}", methods=["POST", "DELETE"], include_in_schema=False)
    async def candidates_to_acknowledge(grant: _ToAcknowledge, notification_id: str) -> Candidates:
        async with reading() as uow:
            return await acknowledge_candidates(uow, grant, notification_id)

    @router.put(f"/internal/candidates{_SNOOZE}", include_in_schema=False)
    async def candidates_to_snooze(grant: _ToSnooze, notification_id: str, body: Snooze) -> Candidates:
        async with reading() as uow:
            return await acknowledge_candidates(uow, grant, notification_id)

    @router.delete(f"/internal/candidates{_SNOOZE}", include_in_schema=False)
    async def candidates_to_wake(grant: _ToSnooze, notification_id: str) -> Candidates:
        async with reading() as uow:
            return await acknowledge_candidates(uow, grant, notification_id)


def shown(uow: NotificationsUnitOfWork, grant: Grant, entry: Entry) -> dict[str, Any]:
    return disclose(Notification.of(entry, uow.rules, uow.now()), grant.categories)
