"""Log lines and request identity: each line is JSON with an event code, never a name, number, body or query."""

import io
import logging
import re
import secrets
import sys
import time
from collections.abc import Mapping
from contextvars import ContextVar
from typing import TextIO, cast

import structlog
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.ids import is_uuid, new_id
from contracts import headers

current_request_id: ContextVar[str] = ContextVar("current_request_id", default="")
current_traceparent: ContextVar[str] = ContextVar("current_traceparent", default="")

log = structlog.get_logger("kith.request")

_REQUEST_ID = headers.REQUEST_ID.lower().encode()
_TRACEPARENT = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


class _StandardError(io.TextIOBase):
    """Standard error as it is at the time of writing: a stream that was there at the start may since be closed."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


def configure_logging(level: str = "INFO") -> None:
    """JSON lines on standard error, for our own loggers and the libraries' warnings."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(cast(TextIO, _StandardError())),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(
        level=logging.WARNING, stream=_StandardError(), format='{"logger":"%(name)s","level":"%(levelname)s"}'
    )


def request_id_of(request: Request) -> str:
    return str(request.scope.get("kith.request_id", "")) or current_request_id.get()


def new_traceparent() -> str:
    """A W3C trace context of our own, for a request that came without one."""
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"


def identity_of(sent: Mapping[bytes, bytes]) -> tuple[str, str]:
    """The request id and the trace context that the headers (names in lower case) carry, or new ones."""
    given = sent.get(_REQUEST_ID, b"").decode("latin-1").lower()
    trace = sent.get(b"traceparent", b"").decode("latin-1")
    return (
        given if is_uuid(given) else new_id(),
        trace if _TRACEPARENT.fullmatch(trace) else new_traceparent(),
    )


def log_answered(
    part: str, method: str, route: str, status: int, started: float, request_id: str, traceparent: str
) -> None:
    """The one line of a request. `started` is of `time.perf_counter`."""
    log.info(
        "request.answered",
        part=part,
        method=method,
        route=route,
        status=status,
        ms=round((time.perf_counter() - started) * 1000, 2),
        request_id=request_id,
        trace_id=traceparent[3:35],
    )


class RequestIdentity:
    """Takes or makes the request id and trace context, returns the id, and logs one line for each request.

    The line has the route's template, never its path: nothing that a caller typed reaches the log.
    """

    def __init__(self, app: ASGIApp, part: str) -> None:
        self.app = app
        self.part = part

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id, traceparent = identity_of(dict(scope["headers"]))
        scope["kith.request_id"] = request_id
        id_token, trace_token = current_request_id.set(request_id), current_traceparent.set(traceparent)
        started = time.perf_counter()
        status = 500

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[headers.REQUEST_ID] = request_id
            await send(message)

        try:
            await self.app(scope, receive, send_with_id)
        finally:
            current_request_id.reset(id_token)
            current_traceparent.reset(trace_token)
            route = getattr(scope.get("route"), "path", "unmatched")
            log_answered(self.part, scope["method"], route, status, started, request_id, traceparent)
