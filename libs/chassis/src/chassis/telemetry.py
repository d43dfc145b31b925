"""Log lines and request identity: each line is JSON with an event code, never a name, number, body or query."""

import io
import logging
import sys
import time
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Final, TextIO, cast

import structlog
from fastapi.telemetry import TelemetryConfig
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis import metrics, tracing
from chassis.ids import is_uuid, new_id
from chassis.tracing import TRACEPARENT, Answering, new_traceparent
from contracts import headers

current_request_id: ContextVar[str] = ContextVar("current_request_id", default="")
current_traceparent: ContextVar[str] = ContextVar("current_traceparent", default="")

NO_TELEMETRY: Final[TelemetryConfig] = {"tracing": False, "metrics": False, "logs": False}
"""For every application: the frame would tell of a request by its whole path, which may hold ids. `RequestIdentity`
tells of it by its route."""

log = structlog.get_logger("kith.request")

_REQUEST_ID = headers.REQUEST_ID.lower().encode()
EVENT_STREAM: Final = "text/event-stream"


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
    for handler in logging.getLogger().handlers:
        handler.addFilter(_without_text)


def _without_text(record: logging.LogRecord) -> bool:
    """Libraries log exceptions with their texts, which may hold what a caller sent: the type has to do."""
    if record.exc_info:
        structlog.get_logger("kith.process").error(
            "library.error", logger=record.name, error_type=getattr(record.exc_info[0], "__name__", "")
        )
        record.exc_info = record.exc_text = None
    return True


def request_id_of(request: Request) -> str:
    return str(request.scope.get("kith.request_id", "")) or current_request_id.get()


def _request_id_in(sent: Mapping[bytes, bytes]) -> str:
    given = sent.get(_REQUEST_ID, b"").decode("latin-1").lower()
    return given if is_uuid(given) else new_id()


def _traceparent_in(sent: Mapping[bytes, bytes]) -> str | None:
    given = sent.get(b"traceparent", b"").decode("latin-1")
    return given if TRACEPARENT.fullmatch(given) else None


class Seen:
    """One request as it is seen from outside: who it says it is while it is answered, and what is told of it then."""

    __slots__ = ("_began", "_method", "_part", "_span", "_started", "_tokens", "request_id", "traceparent")

    def __init__(self, part: str, method: str, sent: Mapping[bytes, bytes]) -> None:
        """`sent`: its headers, names in lower case."""
        self._part = part
        self._method = method
        self.request_id = _request_id_in(sent)
        parent = _traceparent_in(sent)
        self._span: Answering | None = None
        if tracing.current is not None:
            self._span = tracing.current.request(part, method, parent)
        self.traceparent = self._span.traceparent if self._span is not None else parent or new_traceparent()
        self._tokens = current_request_id.set(self.request_id), current_traceparent.set(self.traceparent)
        self._started = time.perf_counter()
        self._began: float | None = None

    def streams(self) -> None:
        """The answer has begun, and goes on for as long as its reader likes: its time is until now."""
        self._began = time.perf_counter()

    def ended(self, route: str, status: int) -> None:
        """Its line in the log, its place in the counts, its span. `route` is the template, never the path."""
        seconds = (self._began or time.perf_counter()) - self._started
        current_request_id.reset(self._tokens[0])
        current_traceparent.reset(self._tokens[1])
        if metrics.current is not None:
            metrics.current.answered(self._part, self._method, route, status, seconds)
        if self._span is not None:
            self._span.answered(self._method, route, status)
        log.info(
            "request.answered",
            part=self._part,
            method=self._method,
            route=route,
            status=status,
            ms=round(seconds * 1000, 2),
            request_id=self.request_id,
            trace_id=self.traceparent[3:35],
        )


class RequestIdentity:
    """Takes or makes the request id and trace context, returns the id, and logs one line for each request.

    The line has the route's template, never its path: nothing that a caller typed reaches the log, or the counts.
    """

    def __init__(self, app: ASGIApp, part: str) -> None:
        self.app = app
        self.part = part

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        seen = Seen(self.part, scope["method"], dict(scope["headers"]))
        scope["kith.request_id"] = seen.request_id
        status = 500

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                answer = MutableHeaders(scope=message)
                answer[headers.REQUEST_ID] = seen.request_id
                if answer.get("content-type", "").startswith(EVENT_STREAM):
                    seen.streams()
            await send(message)

        try:
            await self.app(scope, receive, send_with_id)
        finally:
            seen.ended(getattr(scope.get("route"), "path", "unmatched"), status)
