"""Large answers pass through as they come, and end when either side ends them."""

import asyncio

import httpx
import pytest

from tests.gateway.conftest import Kith
from tests.gateway.stand_ins import LONG_LINE

EXPORT = "/v1/access-log/export"


async def test_the_first_half_is_here_before_the_second_is_made(either: Kith) -> None:
    kith = either
    headers = {"Authorization": f"Bearer {kith.world.token('ig-1')}"}
    async with kith.client.stream("GET", EXPORT, headers=headers) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/x-ndjson"
        received = b""
        chunks = answer.aiter_raw()
        async with asyncio.timeout(5):
            while len(received) < len(LONG_LINE):
                received += await anext(chunks)
        assert received == LONG_LINE
        kith.world.gate.set()
        assert b"".join([chunk async for chunk in chunks]) == b"the end\n"


async def test_a_caller_who_leaves_ends_it_in_the_service(either: Kith) -> None:
    kith = either
    headers = {"Authorization": f"Bearer {kith.world.token('ig-1')}"}
    async with kith.client.stream("GET", EXPORT, headers=headers) as answer:
        await anext(answer.aiter_raw())
        assert not kith.world.stream_ended.is_set()
    async with asyncio.timeout(5):
        await kith.world.stream_ended.wait()


async def test_an_answer_that_breaks_off_does_not_look_whole(either: Kith) -> None:
    kith = either
    kith.world.lost.add("export")
    headers = {"Authorization": f"Bearer {kith.world.token('ig-1')}"}
    async with kith.client.stream("GET", EXPORT, headers=headers) as answer:
        chunks = answer.aiter_raw()
        received = await anext(chunks)
        kith.world.gate.set()
        with pytest.raises(httpx.RemoteProtocolError):
            received += b"".join([chunk async for chunk in chunks])
    assert b"the disk" not in received
    assert b"the end" not in received
