"""An answer that goes on until its caller's token ends, or this process is to stop."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator

from gateway.application.ports import Reply

_LOOK_AGAIN = 5.0
"""Seconds. The end of a token is a time of day, and a clock may be set."""


class Lasting:
    """A reply whose chunks come as they are sent, and that ends as if it were complete: the caller is to come back."""

    def __init__(self, reply: Reply, until: float, draining: asyncio.Event) -> None:
        """`until`: seconds since the epoch."""
        self._reply = reply
        self._until = until
        self._draining = draining
        self.status = reply.status

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        return self._reply.headers

    def header(self, name: str) -> str | None:
        return self._reply.header(name)

    async def read(self, at_most: int) -> bytes:
        return await self._reply.read(at_most)

    async def chunks(self) -> AsyncIterator[bytes]:
        over = asyncio.ensure_future(self._over())
        coming: asyncio.Task[bytes | None] | None = None
        chunks = self._reply.chunks()
        try:
            while True:
                coming = asyncio.create_task(_next(chunks))
                await asyncio.wait({coming, over}, return_when=asyncio.FIRST_COMPLETED)
                # Over first: what came in the same moment came too late.
                if over.done() or (chunk := coming.result()) is None:
                    return
                yield chunk
        finally:
            for task in (over, coming):
                if task is not None:
                    task.cancel()
                    with contextlib.suppress(asyncio.CancelledError, Exception):
                        await task

    async def _over(self) -> None:
        while (left := self._until - time.time()) > 0:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(left, _LOOK_AGAIN)):
                    await self._draining.wait()
                    return

    async def close(self) -> None:
        await self._reply.close()


async def _next(chunks: AsyncIterator[bytes]) -> bytes | None:
    return await anext(chunks, None)
