"""An OpenTelemetry collector of the tests' own: takes spans by OTLP over HTTP, and keeps them."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from stack.programs import LOOPBACK


@dataclass(frozen=True)
class Sent:
    """A span as it arrived. Ids in hexadecimal; `parent` is "" where there is none."""

    part: str
    name: str
    kind: int
    trace_id: str
    span_id: str
    parent: str
    attributes: dict[str, str | int]
    seconds: float
    failed: bool


@dataclass
class Collector:
    endpoint: str
    spans: list[Sent] = field(default_factory=list)
    received: list[bytes] = field(default_factory=list)

    def of(self, trace_id: str) -> list[Sent]:
        return [span for span in self.spans if span.trace_id == trace_id]

    def until(self, holds: Callable[[list[Sent]], bool], trace_id: str, seconds: float = 15.0) -> list[Sent]:
        """The spans of a trace, once it holds of them."""
        deadline = time.monotonic() + seconds
        while not holds(found := self.of(trace_id)):
            assert time.monotonic() < deadline, [(span.part, span.name) for span in found]
            time.sleep(0.02)
        return found


@contextmanager
def collector() -> Iterator[Collector]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            assert self.path == "/v1/traces"
            found.received.append(body)
            found.spans += _spans(body)
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer((LOOPBACK, 0), Handler)
    found = Collector(f"http://{LOOPBACK}:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _spans(body: bytes) -> Iterator[Sent]:
    request = ExportTraceServiceRequest.FromString(body)
    for of_resource in request.resource_spans:
        part = str(_attributes(of_resource.resource)["service.name"]).removeprefix("kith-")
        for scope in of_resource.scope_spans:
            for span in scope.spans:
                yield Sent(
                    part,
                    span.name,
                    span.kind,
                    span.trace_id.hex(),
                    span.span_id.hex(),
                    span.parent_span_id.hex(),
                    _attributes(span),
                    (span.end_time_unix_nano - span.start_time_unix_nano) / 1e9,
                    span.status.code == span.status.STATUS_CODE_ERROR,
                )


def _attributes(of: Any) -> dict[str, str | int]:
    found = {each.key: each.value for each in of.attributes}
    return {key: getattr(value, value.WhichOneof("value")) for key, value in found.items()}
