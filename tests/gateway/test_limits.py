"""How much and how often: body limits, declared and counted, and the rate for each caller."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from contracts.routes import Service
from gateway.domain.rate import RateLimit
from tests.gateway.conftest import Kith

SEARCH = "/v1/children/search"
JSON = {"Content-Type": "application/json"}


async def pieces(size: int, piece: int = 65_536) -> AsyncIterator[bytes]:
    """A body of unknown length: sent in chunks, without Content-Length."""
    for start in range(0, size, piece):
        yield b" " * min(piece, size - start)


async def test_a_declared_body_over_the_limit_is_refused_unread(either: Kith) -> None:
    kith = either
    answer = await kith.ask("POST", SEARCH, content=b" " * 4097, headers=JSON)
    assert (answer.status_code, answer.json()["type"]) == (413, "urn:kith:problem:too-large")
    assert kith.world.calls == []


async def test_a_chunked_body_over_the_limit_is_refused(either: Kith) -> None:
    kith = either
    answer = await kith.ask("POST", SEARCH, content=pieces(4097, 1000), headers=JSON)
    assert (answer.status_code, answer.json()["type"]) == (413, "urn:kith:problem:too-large")
    assert kith.world.calls == []


async def test_a_body_at_the_limit_is_taken(either: Kith) -> None:
    kith = either
    body = b'{"family_name": "Okafor"}'.ljust(4096)
    assert (await kith.ask("POST", SEARCH, content=body, headers=JSON)).status_code == 200


async def test_a_length_that_is_none_is_refused(kith: Kith) -> None:
    for declared in ("x", "-1", "1e3", "9" * 5000):
        answer = await kith.ask("POST", SEARCH, content=b"{}", headers={**JSON, "Content-Length": declared})
        assert answer.status_code in {400, 413}
        assert kith.world.calls == []


async def test_an_upload_has_a_limit_of_its_own(either: Kith) -> None:
    kith = either
    for size in (10**7, 0, 1):
        answer = await kith.ask("POST", "/v1/imports", content=pieces(size), headers={"Content-Type": "text/csv"})
        assert answer.status_code == 202
        assert answer.json()["bytes"] == size


async def test_an_upload_over_its_limit_is_cut_off(either: Kith) -> None:
    kith = either
    declared = await kith.ask("POST", "/v1/imports", content=b"x" * (10**7 + 1))
    assert declared.status_code == 413
    assert kith.world.calls == []
    chunked = await kith.ask("POST", "/v1/imports", content=pieces(10**7 + 1))
    assert (chunked.status_code, chunked.json()["type"]) == (413, "urn:kith:problem:too-large")
    assert kith.world.uploaded <= 10**7


async def test_an_upload_reaches_the_service_while_it_comes(distributed: Kith) -> None:
    first_arrived = asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield b"x" * 100_000
        async with asyncio.timeout(5):
            await first_arrived.wait()
        yield b"y" * 100_000

    async def watch() -> None:
        while distributed.world.uploaded < 100_000:
            await asyncio.sleep(0.01)
        first_arrived.set()

    watching = asyncio.create_task(watch())
    answer = await distributed.ask("POST", "/v1/imports", content=slow())
    assert answer.json()["bytes"] == 200_000
    await watching


async def test_an_upload_of_a_stranger_is_not_read(kith: Kith) -> None:
    sent = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(100):
            sent += 1
            yield b"x" * 1000

    answer = await kith.ask("POST", "/v1/imports", viewer=None, content=body())
    assert answer.status_code == 401
    assert sent == 0


async def test_the_body_of_a_read_is_not_passed_on(kith: Kith) -> None:
    answer = await kith.ask("GET", "/v1/whoami", content=b"x" * 100)
    assert answer.status_code == 200
    assert "content-length" not in kith.world.calls[-1].headers
    assert kith.world.calls[-1].service is Service.CONSENT


@pytest.fixture
def five_a_minute(settings: dict[str, Any]) -> None:
    settings["rate_limit"] = 5


async def test_each_caller_has_a_rate_of_their_own(five_a_minute: None, kith: Kith) -> None:
    statuses = [(await kith.ask("GET", "/v1/whoami")).status_code for _ in range(6)]
    assert statuses == [200] * 5 + [429]
    answer = await kith.ask("GET", "/v1/whoami")
    assert answer.json()["type"] == "urn:kith:problem:too-many-requests"
    assert 1 <= int(answer.headers["retry-after"]) <= 13
    assert (await kith.ask("GET", "/v1/whoami", viewer="teacher-2")).status_code == 200


async def test_refused_requests_count_and_unknown_callers_do_not(five_a_minute: None, kith: Kith) -> None:
    for _ in range(7):
        assert (await kith.ask("GET", "/v1/whoami", viewer=None)).status_code == 401
    statuses = [(await kith.ask("GET", "/v1/children/1")).status_code for _ in range(6)]
    assert statuses == [404] * 5 + [429]


def test_no_rate_limit_where_it_is_nought() -> None:
    limit = RateLimit(0)
    for _ in range(10_000):
        limit.take("a", 0.0)
    assert len(limit) == 0
