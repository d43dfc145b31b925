"""Traces for an OpenTelemetry collector: what a request set off, over every process and topic that it went through.

Off, and no library of it loaded, unless the address of a collector is set. The trace context of a request (W3C's
`traceparent`) is handed on in any case, so that the log lines of all parts share its trace id.

Names and attributes of spans are templates of routes, types of events, topics and codes: never what a caller sent, nor
the text of an error.
"""

import asyncio
import re
import secrets
import threading
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

from chassis.metrics import METHODS, OTHER
from contracts import headers

if TYPE_CHECKING:
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Span, SpanKind, Tracer

current: "Tracing | None" = None
"""What this process hands to the collector; None where there is none."""

TRACEPARENT: Final = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}")
_IN_ENVELOPE: Final = re.compile(rf'"traceparent":"({TRACEPARENT.pattern})"')
_LAST_WORDS_SECONDS: Final = 2.0  # for the spans in hand when a process ends
Attributes = Mapping[str, str | int]


def new_traceparent() -> str:
    """A trace context of our own, for a request that came without one."""
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"


def traceparent_in(envelope: str) -> str:
    """The trace context that an event's envelope carries, of the request that emitted it; "" for none.

    (CloudEvents' extension for distributed tracing.) Read without parsing: a list emits tens of thousands of events.
    """
    found = _IN_ENVELOPE.search(envelope, 0, envelope.find(',"data":'))
    return "" if found is None else found.group(1)


class Begun:
    """A span that has begun. `traceparent` is what is handed on from here."""

    __slots__ = ("_span", "traceparent")

    def __init__(self, span: "Span") -> None:
        self._span = span
        context = span.get_span_context()
        self.traceparent = f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"

    def end(self, *, failed: bool = False, attributes: Attributes | None = None) -> None:
        if self._span.is_recording():
            from opentelemetry.trace import StatusCode

            self._span.set_attributes(attributes or {})
            if failed:
                self._span.set_status(StatusCode.ERROR)
        self._span.end()


class Answering(Begun):
    """The span of a request, which has its name from the route that answered."""

    __slots__ = ()

    def answered(self, method: str, route: str, status: int) -> None:
        method = method if method in METHODS else OTHER
        self._span.update_name(f"{method} {route}")
        told: Attributes = {"http.request.method": method, "http.route": route, "http.response.status_code": status}
        self.end(failed=status >= 500, attributes=told)


class Tracing:
    """Begins spans, and hands those that ended to the collector, by a thread of its own and some at a time."""

    def __init__(self, exporter: "SpanExporter", share: float) -> None:
        """`share` of the traces, 0 to 1, are kept: the same ones in every process, by their ids."""
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
        from opentelemetry.sdk.trace.sampling import TraceIdRatioBased

        self._processor = BatchSpanProcessor(exporter)
        self._sampler = TraceIdRatioBased(share)
        self._tracers: dict[str, Tracer] = {}

    def request(self, part: str, method: str, parent: str | None) -> "Answering":
        """A request that `part` answers. `method` may be any word of a caller's."""
        from opentelemetry.trace import SpanKind

        return Answering(self._started(part, method if method in METHODS else OTHER, SpanKind.SERVER, parent, {}))

    def publication(self, part: str, topic: str, parent: str, since: datetime) -> Begun:
        """An event on its way to the broker, from when it was committed."""
        from opentelemetry.trace import SpanKind

        began = int(since.timestamp() * 1e9)
        about = _message(topic, "publish")
        return Begun(self._started(part, f"publish {topic}", SpanKind.PRODUCER, parent, about, began))

    def effect(self, part: str, event: str, topic: str, parent: str) -> Begun:
        """What an event sets off in a service that consumes it."""
        from opentelemetry.trace import SpanKind

        return Begun(self._started(part, f"process {event}", SpanKind.CONSUMER, parent, _message(topic, "process")))

    def close(self) -> None:
        """Hands on what ended, for as long as that may take when a process ends. Blocks."""
        closing = threading.Thread(target=self._processor.shutdown, daemon=True)  # it may wait long for a collector
        closing.start()
        closing.join(_LAST_WORDS_SECONDS)

    def _started(
        self,
        part: str,
        name: str,
        kind: "SpanKind",
        parent: str | None,
        attributes: Attributes,
        began: int | None = None,
    ) -> "Span":
        from opentelemetry.context import Context
        from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, set_span_in_context

        context = Context()
        given = TRACEPARENT.fullmatch(parent or "")
        if given:
            trace_id, span_id = (int(each, 16) for each in given.groups())
            flags = TraceFlags(TraceFlags.SAMPLED)  # what is kept is for us to say, not for whoever calls
            context = set_span_in_context(NonRecordingSpan(SpanContext(trace_id, span_id, True, flags)), context)
        return self._tracer(part).start_span(name, context, kind, attributes, start_time=began)

    def _tracer(self, part: str) -> "Tracer":
        if part not in self._tracers:
            from opentelemetry.sdk.resources import Resource
            from opentelemetry.sdk.trace import TracerProvider

            named = {"service.name": f"kith-{part}", "service.version": version("kith-chassis")}
            provider = TracerProvider(self._sampler, Resource.create(named), shutdown_on_exit=False)
            provider.add_span_processor(self._processor)
            self._tracers[part] = provider.get_tracer("kith")
        return self._tracers[part]


def _message(topic: str, operation: str) -> Attributes:
    return {"messaging.destination.name": topic, "messaging.operation.type": operation}


def switch_on(endpoint: str, share: float) -> None:
    """From now on this process hands its spans to the collector at `endpoint` (OTLP over HTTP), whoever asks first."""
    global current
    if endpoint and current is None:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        current = Tracing(OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces", timeout=5), share)


@asynccontextmanager
async def spans_sent() -> AsyncIterator[None]:
    """What ended within the block has been handed on when it is left, where a collector takes it."""
    global current
    try:
        yield
    finally:
        mine, current = current, None
        if mine is not None:
            await asyncio.to_thread(mine.close)


@contextmanager
def handed_on(part: str, rows: Sequence[tuple[str, str, datetime]]) -> Iterator[list[dict[str, str]]]:
    """The headers of events that are published within the block. `rows`: topic, envelope, when it was committed."""
    contexts = [traceparent_in(envelope) for _, envelope, _ in rows]
    begun: list[Begun] = []
    if current is not None:
        begun = [
            current.publication(part, topic, parent, since)
            for (topic, _, since), parent in zip(rows, contexts, strict=True)
        ]
        contexts = [each.traceparent for each in begun]
    yield [{headers.TRACEPARENT: context} if context else {} for context in contexts]
    for each in begun:  # where it failed they are tried again, and the span then tells of the whole time
        each.end()
