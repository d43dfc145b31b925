"""One process with all parts: started in order behind one port, stopped in the other order, alone with its data."""

import asyncio
import contextlib
import fcntl
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog
import typer
import uvicorn
import uvloop
from fastapi import FastAPI

from chassis import metrics, samples
from chassis.broker import Broker
from chassis.exposition import observe, observed
from chassis.runtime import settle_memory
from chassis.serving import configuration
from chassis.settings import ObservedSettings
from chassis.telemetry import configure_logging
from contracts.routes import Service
from gateway.adapters.asgi_transport import StreamingASGITransport
from gateway.main import create_app
from gateway.settings import GatewaySettings
from kith.errors import CommandError

log = structlog.get_logger("kith.process")


@dataclass(frozen=True)
class Parts:
    """What runs together. The broker is one for all, and starts when every service has subscribed and migrated."""

    services: Mapping[Service, FastAPI]
    broker: Broker
    gateway: GatewaySettings


def run(
    host: str, port: int, data_dir: Path, log_level: str, seen: ObservedSettings, build: Callable[[], Parts]
) -> None:
    """Runs the parts until SIGINT or SIGTERM. Raises `CommandError` when port or data folder are taken."""
    configure_logging(log_level)
    os.umask(0o077)  # what is kept is about children: nobody else on this machine reads it
    with (
        only_process_in(data_dir),
        listening(host, port) as listener,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        runner.run(_serve(listener, data_dir, seen, build))


@contextmanager
def only_process_in(data_dir: Path) -> Iterator[None]:
    """Holds the data folder for this process. Raises `CommandError` when another has it."""
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / "kith.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            raise CommandError(
                f"Another Kith (process {holder}) is using {data_dir}; stop it, or set KITH_DATA_DIR"
            ) from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """A bound socket, before anything else is started. Raises `CommandError` when it cannot be had."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise CommandError(f"KITH_HOST cannot be listened on: {error.strerror}") from None
    with listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(address)
        except OSError as error:
            raise CommandError(f"Port {port} of {host} cannot be had ({error.strerror}); set KITH_PORT") from None
        yield listener


async def _serve(listener: socket.socket, data_dir: Path, seen: ObservedSettings, build: Callable[[], Parts]) -> None:
    observe(seen)
    parts = build()
    async with started(parts) as gateway, observed(seen):
        settle_memory()
        config = configuration(gateway, loop="none", lifespan="on")  # the loop is the one that we run on
        host, port = listener.getsockname()[:2]
        await _Server(config, lambda: _greet(host, port, data_dir, parts.gateway)).serve([listener])
    log.info("kith.stopped")


@asynccontextmanager
async def started(parts: Parts) -> AsyncIterator[FastAPI]:
    """The gateway's application, before services that run: each by its own lifespan, then the broker."""
    async with AsyncExitStack() as stack:
        transports = {}
        for service, app in parts.services.items():
            await stack.enter_async_context(app.router.lifespan_context(app))
            transports[service] = StreamingASGITransport(app)
            stack.push_async_callback(transports[service].aclose)
        stack.push_async_callback(parts.broker.stop)
        await parts.broker.start()
        if metrics.current is not None:
            stack.enter_context(metrics.current.sampling("kith", {"broker": samples.of_broker(parts.broker)}))
        yield create_app(parts.gateway, transports)


class _Server(uvicorn.Server):
    """Stops on a signal by itself and hands it to nobody else, so that the parts are stopped in order after it."""

    def __init__(self, config: uvicorn.Config, when_started: Callable[[], None]) -> None:
        super().__init__(config)
        self._when_started = when_started

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and not self.should_exit:
            self._when_started()


def _greet(host: str, port: int, data_dir: Path, gateway: GatewaySettings) -> None:
    url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    typer.echo(f"Kith is running at {url}")
    typer.echo(f"  read and try the interface: {url}/docs")
    if gateway.has_development_issuer:
        typer.echo("  a token for the first administrator: kith token --as admin")
        if host not in {"127.0.0.1", "::1"}:
            typer.echo("  CAUTION: whoever reaches this port can be anybody, since this is the development issuer")
    typer.echo(f"  data is kept in {data_dir.resolve()}")
    typer.echo("  stop it with Ctrl+C")
