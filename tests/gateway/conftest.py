"""A gateway before a small world, embedded (all in this process) or distributed (over sockets)."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from contracts.routes import Service
from gateway.adapters.asgi_transport import StreamingASGITransport
from gateway.main import create_app
from gateway.settings import GatewaySettings
from tests.gateway.stand_ins import services
from tests.gateway.world import INTERNAL_KEY, Stage, Watched, World, started
from tests.support.processes import PLAIN


@dataclass
class Kith:
    """The gateway from outside, and the world behind it."""

    client: httpx.AsyncClient
    world: World

    async def ask(
        self,
        method: str,
        path: str,
        *,
        viewer: str | None = "teacher-1",
        purpose: str | None = "direct-support",
        headers: dict[str, str] | list[tuple[str, str]] | None = None,
        **more: Any,
    ) -> httpx.Response:
        sent = list(headers.items()) if isinstance(headers, dict) else list(headers or [])
        if viewer is not None:
            sent.append(("Authorization", f"Bearer {self.world.token(viewer)}"))
        if purpose is not None:
            sent.append(("Kith-Purpose", purpose))
        return await self.client.request(method, path, headers=sent, **more)


STAGE = Stage()
SERVICES = services(STAGE)


@pytest.fixture
def world(tmp_path: Path) -> World:
    STAGE.world = World(tmp_path)
    return STAGE.world


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, Any]:
    """Settings of the gateway, for a test to change before it takes `kith`."""
    return {"data_dir": tmp_path, "internal_key": INTERNAL_KEY, "body_limit_bytes": 4096, "upload_limit_bytes": 10**7}


@asynccontextmanager
async def _embedded(world: World, settings: dict[str, Any]) -> AsyncIterator[Kith]:
    apps = SERVICES
    async with started(apps):
        transports = {service: StreamingASGITransport(app) for service, app in apps.items()}
        outer = StreamingASGITransport(create_app(GatewaySettings(**settings), transports))
        async with httpx.AsyncClient(transport=outer, base_url="http://kith", timeout=10) as client:
            yield Kith(client, world)
        for transport in transports.values():
            await transport.aclose()


@asynccontextmanager
async def _distributed(world: World, settings: dict[str, Any]) -> AsyncIterator[Kith]:
    """The same, but gateway and services behind real servers, and the gateway's own client between them."""
    apps = SERVICES
    async with started(apps), serving(_by_prefix(apps)) as inside:
        settings.update({f"{service.name.lower()}_url": f"{inside}/{service}" for service in Service})
        gateway = create_app(GatewaySettings(**settings))
        async with serving(gateway) as outside, httpx.AsyncClient(base_url=outside, timeout=10, verify=PLAIN) as client:
            yield Kith(client, world)


@pytest.fixture
async def kith(world: World, settings: dict[str, Any]) -> AsyncIterator[Kith]:
    async with _embedded(world, settings) as running:
        yield running


@pytest.fixture
async def distributed(world: World, settings: dict[str, Any]) -> AsyncIterator[Kith]:
    async with _distributed(world, settings) as running:
        yield running


@pytest.fixture(params=[_embedded, _distributed], ids=["embedded", "distributed"])
async def either(request: pytest.FixtureRequest, world: World, settings: dict[str, Any]) -> AsyncIterator[Kith]:
    """Both forms, one after the other."""
    async with request.param(world, settings) as running:
        yield running


def _by_prefix(apps: dict[Service, Watched]) -> ASGIApp:
    """One server for all services: the first part of the path says which."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        _, name, _ = scope["path"].split("/", 2)
        strip = len(name) + 1
        inner = {**scope, "path": scope["path"][strip:], "raw_path": scope["raw_path"][strip:]}
        await apps[Service(name)](inner, receive, send)

    return app


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Any:
        yield


@asynccontextmanager
async def serving(app: ASGIApp) -> AsyncIterator[str]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(app, lifespan="on" if hasattr(app, "router") else "off", log_config=None)
        server = _Server(config)
        task = asyncio.create_task(server.serve([listener]))
        while not server.started:
            await asyncio.sleep(0.005)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            await task
