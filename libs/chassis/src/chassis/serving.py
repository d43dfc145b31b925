"""How a part answers HTTP: the connections, and a process of its own that listens, drains and stops."""

import asyncio
import contextlib
import socket
import sys
from collections.abc import Callable
from typing import Any, TypeVar

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from chassis.settings import ListeningSettings
from chassis.telemetry import configure_logging

STOP_SECONDS = 10
"""How long requests at work are given to finish when the process is told to stop."""
DRAIN_SECONDS = 1.0
"""How long a connection on which nothing is asked stays open meanwhile."""
_MOST_HELD = 64 * 1024
DRAINING = "kith.draining"
"""In the scope of each request: an `asyncio.Event` that is set when the server is told to stop. An answer that would go
on for ever ends then."""

_S = TypeVar("_S", bound=ListeningSettings)


class _JoinedWrites:
    """A transport that hands on in one piece what is written in one step of the event loop.

    uvicorn writes the head of an answer and its body one after the other: two calls of the system, and the client is
    woken twice.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._held: list[bytes] = []
        self._size = 0

    def write(self, data: bytes) -> None:
        if not self._held:
            self._loop.call_soon(self._hand_on)
        self._held.append(data)
        self._size += len(data)
        if self._size > _MOST_HELD:
            self._hand_on()

    def close(self) -> None:
        self._hand_on()
        self._transport.close()

    def _hand_on(self) -> None:
        if self._held:
            together = b"".join(self._held)
            self._held.clear()
            self._size = 0
            self._transport.write(together)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class Connection(HttpToolsProtocol):
    """One client's connection. Its answers are written in one piece."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._told_to_stop = asyncio.Event()
        super().connection_made(_JoinedWrites(transport, self.loop))  # type: ignore[arg-type]

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope[DRAINING] = self._told_to_stop  # type: ignore[literal-required]

    def shutdown(self) -> None:
        self._told_to_stop.set()
        super().shutdown()


class DrainingConnection(Connection):
    """One that says good-bye: what is asked after the server was told to stop is answered, and the answer says that the
    connection closes.

    uvicorn closes at once what is idle. A request that was on its way then is lost, and its sender cannot know whether
    it was taken.
    """

    _draining = False

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        if self._draining and self.cycle is not None:
            self.cycle.keep_alive = False  # and the answer says so

    def shutdown(self) -> None:
        self._told_to_stop.set()
        if self.cycle is not None and not self.cycle.response_complete:
            super().shutdown()
            return
        self._draining = True
        self.loop.call_later(DRAIN_SECONDS, super().shutdown)


def configuration(app: ASGIApp, http: type[Connection] = Connection, **more: Any) -> uvicorn.Config:
    """How uvicorn serves any part: no log line of its own, since those would hold paths. Who is asking is said by a
    token, never by an address, so no proxy's word for the address is read."""
    return uvicorn.Config(
        app,
        http=http,
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=STOP_SECONDS,
        **more,
    )


def serve(part: str, settings_of: type[_S], make_app: Callable[[_S], ASGIApp]) -> None:
    """`python -m <part>`: answers until the process is told to stop. Exits with a reason when it cannot start."""
    try:
        settings = settings_of()
        configure_logging(settings.log_level)
        app = make_app(settings)
    except ValueError as error:
        sys.exit(f"{part} does not start: {error}")
    server = uvicorn.Server(configuration(app, DrainingConnection, host=settings.host, port=settings.port))
    handed_down = None if settings.listen_fd is None else [socket.socket(fileno=settings.listen_fd)]
    with contextlib.suppress(KeyboardInterrupt):
        server.run(handed_down)
    if not server.started:
        sys.exit(f"{part} did not start")
