"""The inbox of the caller as it happens: Server-Sent Events."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Header, Request
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from chassis.disclosure import disclose
from chassis.grants import Grant
from chassis.problem_docs import problems
from chassis.service import Granted
from chassis.serving import DRAINING
from contracts.vocabulary import Category
from notifications.api.schemas import Notification
from notifications.application.stream import Shown, Streams
from notifications.domain.hearing import Rules

RECONNECT = b"retry: 2000\n\n"
"""Milliseconds until a client comes back; the first thing that it hears, so that it knows that it is heard."""
HEARTBEAT = b":\n\n"
_DISCLOSED = frozenset({Category.INVOLVEMENT})


class EventStream(StreamingResponse):
    """`release` is called however it ends, also where the caller left before the first event."""

    media_type = "text/event-stream"

    def __init__(self, content: Any, release: Callable[[], object] = lambda: None) -> None:
        super().__init__(content)
        self._release = release

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._release()


def event_of(shown: Shown, rules: Rules) -> bytes:
    """One event, with the entry as the list has it. Its id is the notification's own, which is all that it tells."""
    data = disclose(Notification.of(shown.entry, rules, shown.at), _DISCLOSED)
    id_ = shown.entry.notification_id.encode()
    return b"id: %b\nevent: notification\ndata: %b\n\n" % (id_, orjson.dumps(data))


def stream_routes(streams: Streams) -> APIRouter:
    router = APIRouter(tags=["notifications"])

    @router.get(
        "/v1/notifications/stream",
        summary="Follow my notifications as they come (Server-Sent Events).",
        description="Each event is one entry (`event: notification`, `data` as in the list, `id` its "
        "`notification_id`). Whether you may know of its child is decided at the moment at which it is sent. Send the "
        "last `id` as `Last-Event-ID` to go on after it: nothing is lost, and nothing comes twice. Without one it "
        "begins now. A comment comes every few seconds whatever happens. The stream ends with your token, and when "
        "Kith asks you to connect again.",
        status_code=200,
        response_class=EventStream,
        responses={
            200: {"description": "The stream", "content": {"text/event-stream": {"schema": {"type": "string"}}}},
            **problems(429),
        },
    )
    async def stream(
        request: Request,
        grant: Annotated[Grant, Depends(Granted("notification.stream"))],
        last_event_id: Annotated[str | None, Header(max_length=200)] = None,
    ) -> EventStream:
        draining: asyncio.Event = request.scope.get(DRAINING) or asyncio.Event()
        with ExitStack() as held:
            held.enter_context(streams.one(grant.viewer_id))
            place = await streams.beginning(grant.viewer_id, last_event_id)
            release = held.pop_all().close
        return EventStream(_events(streams, grant.viewer_id, place, draining), release)

    return router


async def _events(streams: Streams, recipient_id: str, place: int, draining: asyncio.Event) -> AsyncIterator[bytes]:
    yield RECONNECT
    async for shown in streams.pushed(recipient_id, place, draining):
        yield HEARTBEAT if shown is None else event_of(shown, streams.rules)
