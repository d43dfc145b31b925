"""A stream ends with its caller's token, and when the process is told to stop; until then it passes as it comes."""

import asyncio
import time
from collections.abc import AsyncIterator

from gateway.application.lasting import Lasting


class Endless:
    """A service's stream: says something, and then nothing for ever."""

    status = 200
    headers = [(b"content-type", b"text/event-stream")]  # noqa: RUF012

    def __init__(self) -> None:
        self.left = False
        self.closed = False

    def header(self, name: str) -> str | None:
        return "text/event-stream" if name == "content-type" else None

    async def read(self, at_most: int) -> bytes:
        raise AssertionError(at_most)

    async def chunks(self) -> AsyncIterator[bytes]:
        try:
            yield b"one"
            yield b"two"
            await asyncio.Event().wait()
        finally:
            self.left = True

    async def close(self) -> None:
        self.closed = True


async def taken(lasting: Lasting) -> list[bytes]:
    async with asyncio.timeout(5):
        return [chunk async for chunk in lasting.chunks()]


async def test_it_ends_with_the_token() -> None:
    reply = Endless()
    assert await taken(Lasting(reply, time.time() + 0.2, asyncio.Event())) == [b"one", b"two"]
    assert reply.left


async def test_nothing_is_passed_once_the_token_is_over() -> None:
    assert await taken(Lasting(Endless(), time.time() - 1, asyncio.Event())) == []


async def test_it_ends_when_the_process_is_told_to_stop() -> None:
    draining = asyncio.Event()
    reply = Endless()
    asyncio.get_running_loop().call_later(0.1, draining.set)
    assert await taken(Lasting(reply, time.time() + 60, draining)) == [b"one", b"two"]
    assert reply.left


async def test_a_stream_that_ends_by_itself_ends_here_too() -> None:
    class Short(Endless):
        async def chunks(self) -> AsyncIterator[bytes]:
            yield b"one"

    assert await taken(Lasting(Short(), time.time() + 60, asyncio.Event())) == [b"one"]
