"""How a process is seen from outside: `/metrics` for Prometheus on a port of its own, spans for a collector.

`/metrics` is answered on the event loop that does the work: where that hangs, Prometheus hears nothing, and says so.
"""

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import structlog
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis import metrics, tracing
from chassis.metrics import Metrics
from chassis.settings import ObservedSettings

log = structlog.get_logger("kith.metrics")

PATH = "/metrics"
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def observe(settings: ObservedSettings) -> None:
    """From now on this process counts and traces, as its settings say. Before anything that counts is made."""
    if settings.metrics_port:
        metrics.switch_on()
    if settings.otlp_endpoint:
        tracing.switch_on(settings.otlp_endpoint, settings.trace_share)


@asynccontextmanager
async def observed(settings: ObservedSettings) -> AsyncIterator[None]:
    """Answers Prometheus for as long as the block lasts; spans in hand are sent when it is left.

    Raises `ValueError` when the port cannot be had.
    """
    observe(settings)
    async with tracing.spans_sent():
        if metrics.current is None or not settings.metrics_port:
            yield
            return
        async with _served(metrics.current, settings.metrics_host, settings.metrics_port):
            yield


@asynccontextmanager
async def _served(counted: Metrics, host: str, port: int) -> AsyncIterator[None]:
    import uvicorn

    class Server(uvicorn.Server):
        """Leaves the signals to whoever runs the process."""

        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            yield

    with _listener(host, port) as listener:
        server = Server(
            uvicorn.Config(
                _answering(counted),
                loop="none",
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=1,
            )
        )
        serving = asyncio.create_task(server.serve([listener]), name="metrics")
        try:
            yield
        finally:
            server.should_exit = True
            await serving


def _answering(counted: Metrics) -> ASGIApp:
    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        response = Response(status_code=404)
        if scope["path"] == PATH and scope["method"] == "GET":
            response = PlainTextResponse(await counted.exposition(), headers={"content-type": CONTENT_TYPE})
        await response(scope, receive, send)

    return answer


def _listener(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        log.error("metrics.no_port", host=host, port=port)  # noqa: TRY400 - a server that starts us tells no texts
        raise ValueError(
            f"KITH_METRICS_PORT: port {port} of {host} cannot be had ({os.strerror(error.errno or 0)})"
        ) from None
