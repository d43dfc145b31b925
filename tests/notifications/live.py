"""A stream as its reader has it, over the service's own application: real answers, without a gateway."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from fastapi import FastAPI

from chassis.grants import Grant, GrantSigner
from chassis.ids import new_id
from contracts import headers
from contracts.vocabulary import Role
from gateway.adapters.asgi_transport import StreamingASGITransport
from tests.notifications.kit import KEY
from tests.support.patience import PATIENCE


@dataclass
class Reader:
    """What came, in its order. `last`: the id to go on after."""

    status: int = 0
    content_type: str = ""
    raw: bytes = b""
    entries: list[dict[str, Any]] = field(default_factory=list)
    comments: int = 0
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    _came: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def last(self) -> str | None:
        return self.entries[-1]["notification_id"] if self.entries else None

    def take(self, block: str) -> None:
        lines = dict(line.split(": ", 1) for line in block.split("\n") if ": " in line)
        if block == ":":
            self.comments += 1
        elif "data" in lines:
            assert lines["event"] == "notification"
            entry = json.loads(lines["data"])
            assert lines["id"] == entry["notification_id"]
            self.entries.append(entry)
        else:
            assert lines == {"retry": "2000"}
        self._came.set()

    async def until(self, count: int) -> list[dict[str, Any]]:
        async with asyncio.timeout(PATIENCE):
            while len(self.entries) < count:
                self._came.clear()
                await self._came.wait()
        assert len(self.entries) == count
        return self.entries


@asynccontextmanager
async def reading(app: FastAPI, practitioner: str, last: str | None = None) -> AsyncIterator[Reader]:
    """Opens a stream, returns once its first bytes came (it is then heard), and leaves it."""
    request_id = new_id()
    grant = Grant(
        decision_id=new_id(),
        viewer_id=practitioner,
        role=Role.SOCIAL_WORKER,
        agency_id="agency",
        team_ids=(),
        action="notification.stream",
        purpose="direct-support",
        request_id=request_id,
    )
    sent = {headers.REQUEST_ID: request_id, headers.GRANT: GrantSigner(KEY).sign(grant)}
    if last is not None:
        sent["Last-Event-ID"] = last
    transport = StreamingASGITransport(app)
    reader = Reader()
    begun = asyncio.Event()
    async with (
        httpx.AsyncClient(transport=transport, base_url="http://service") as client,
        client.stream("GET", "/v1/notifications/stream", headers=sent) as answer,
    ):
        reader.status, reader.content_type = answer.status_code, answer.headers["content-type"]
        if answer.status_code != 200:
            reader.raw = await answer.aread()
            yield reader
            return

        async def follow() -> None:
            held = ""
            try:
                async for chunk in answer.aiter_raw():
                    reader.raw += chunk
                    held += chunk.decode()
                    *blocks, held = held.split("\n\n")
                    for block in blocks:
                        reader.take(block)
                    begun.set()
            finally:
                begun.set()
                reader.ended.set()

        following = asyncio.create_task(follow())
        try:
            await begun.wait()
            yield reader
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
