"""The transport to a service in this process: it streams both ways, and tells either side of the other's end."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from starlette.responses import StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.adapters.asgi_transport import BUFFER_BYTES, ClientGone, StreamingASGITransport

START = {"type": "http.response.start", "status": 200, "headers": [(b"x-made-by", b"the app")]}


def body(content: bytes, *, more: bool = False) -> dict[str, Any]:
    return {"type": "http.response.body", "body": content, "more_body": more}


def client(app: ASGIApp, **options: Any) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=StreamingASGITransport(app), base_url="http://service", **options)


async def reach(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.005)


async def test_the_application_sees_the_request_as_a_server_shows_it() -> None:
    seen: dict[str, Any] = {}

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.update(scope)
        message = await receive()
        seen["body"] = message["body"]
        assert not message["more_body"]
        await send({**START, "status": 201})
        await send(body(b"made"))

    async with client(app) as http:
        answer = await http.post("/a%2Fb/c?x=1&y=%20", content=b"sent", headers={"X-Twice": "1"})
    assert (answer.status_code, answer.content, answer.headers["x-made-by"]) == (201, b"made", "the app")
    assert (seen["method"], seen["path"], seen["raw_path"]) == ("POST", "/a/b/c", b"/a%2Fb/c")
    assert (seen["query_string"], seen["body"]) == (b"x=1&y=%20", b"sent")
    assert (b"x-twice", b"1") in seen["headers"]


async def test_it_streams_before_the_answer_is_complete() -> None:
    more = asyncio.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send(START)
        await send(body(b"first", more=True))
        await more.wait()
        await send(body(b"second"))

    async with client(app) as http, http.stream("GET", "/") as answer:
        chunks = answer.aiter_raw()
        assert await anext(chunks) == b"first"
        more.set()
        assert [chunk async for chunk in chunks] == [b"second"]


async def test_it_streams_the_request_too() -> None:
    arrived = asyncio.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        size = len((await receive())["body"])
        arrived.set()
        while (message := await receive())["more_body"]:
            size += len(message["body"])
        await send(START)
        await send(body(str(size).encode()))

    async def upload() -> AsyncIterator[bytes]:
        yield b"x" * 10
        await arrived.wait()
        yield b"y" * 5

    async with client(app) as http, asyncio.timeout(5):
        assert (await http.post("/", content=upload())).text == "15"


async def test_an_application_is_held_back_until_the_reader_reads() -> None:
    sent = 0
    chunk = b"x" * 16_384

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal sent
        await send(START)
        for _ in range(100):
            await send(body(chunk, more=True))
            sent += len(chunk)
        await send(body(b""))

    async with client(app) as http, http.stream("GET", "/") as answer:
        await asyncio.sleep(0.05)
        assert 0 < sent <= BUFFER_BYTES + len(chunk)
        received = 0
        async for part in answer.aiter_raw():
            received += len(part)
            assert sent - received <= BUFFER_BYTES + len(chunk)
        assert received == 100 * len(chunk)


async def test_a_reader_who_leaves_ends_a_stream() -> None:
    ended = asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 10_000

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await StreamingResponse(endless())(scope, receive, send)
        finally:
            ended.set()

    async with client(app) as http:
        async with http.stream("GET", "/") as answer:
            await anext(answer.aiter_raw())
        async with asyncio.timeout(5):
            await ended.wait()


async def test_a_reader_who_leaves_is_a_disconnect_to_an_application_that_waits() -> None:
    heard: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send(START)
        await send(body(b"x", more=True))
        heard.append((await receive())["type"])

    async with client(app) as http:
        async with http.stream("GET", "/"):
            assert heard == []
        await reach(lambda: heard == ["http.disconnect"])


async def test_an_application_that_does_not_listen_is_told_by_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.adapters.asgi_transport.GRACE_SECONDS", 0.01)
    ended_by: list[BaseException] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send(START)
        try:
            while True:
                await send(body(b"x" * 10_000, more=True))
        except OSError as error:
            ended_by.append(error)

    async with client(app) as http:
        async with http.stream("GET", "/"):
            pass
        await reach(lambda: len(ended_by) == 1)
    assert isinstance(ended_by[0], ClientGone)


async def test_an_application_that_has_finished_hears_nothing_bad_when_the_reader_has_left() -> None:
    finished = asyncio.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(0.1)
        await send(START)
        await send(body(b"done"))
        finished.set()

    async with client(app) as http:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.02):
                await http.get("/")
        async with asyncio.timeout(5):
            await finished.wait()


async def test_failing_before_the_answer() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        raise RuntimeError("what was inside")

    async with client(app) as http:
        with pytest.raises(httpx.RemoteProtocolError) as failure:
            await http.get("/")
    assert "inside" not in str(failure.value)
    assert isinstance(failure.value.__cause__, RuntimeError)


async def test_failing_within_the_answer() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send(START)
        await send(body(b"half", more=True))
        raise RuntimeError("what was inside")

    async with client(app) as http, http.stream("GET", "/") as answer:
        assert answer.status_code == 200
        chunks = answer.aiter_raw()
        assert await anext(chunks) == b"half", "what came before the failure is delivered"
        with pytest.raises(httpx.RemoteProtocolError):
            await anext(chunks)


async def test_ending_without_an_answer() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()

    async with client(app) as http:
        with pytest.raises(httpx.RemoteProtocolError):
            await http.get("/")


async def test_failing_after_the_answer_changes_nothing() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send(START)
        await send(body(b"whole"))
        raise RuntimeError("too late")

    async with client(app) as http:
        assert (await http.get("/")).content == b"whole"


async def test_a_sender_who_breaks_off_is_a_disconnect_to_the_application() -> None:
    heard: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        while (message := await receive())["type"] == "http.request":
            pass
        heard.append(message["type"])

    async def upload() -> AsyncIterator[bytes]:
        yield b"half"
        raise ValueError("the disk of the sender")

    async with client(app) as http:
        with pytest.raises(ValueError, match="the sender"):
            await http.post("/", content=upload())
        await reach(lambda: heard == ["http.disconnect"])


async def test_a_silent_application_is_given_up() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send(START)
        await send(body(b"half", more=True))
        await asyncio.sleep(30)

    async with client(app, timeout=0.05) as http:
        with pytest.raises(httpx.ReadTimeout):
            await http.get("/")


async def test_a_long_upload_that_moves_is_not_given_up() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive())["more_body"]:
            pass
        await send(START)
        await send(body(b"taken"))

    async def slow() -> AsyncIterator[bytes]:
        for _ in range(10):
            await asyncio.sleep(0.05)
            yield b"x"

    async def stalled() -> AsyncIterator[bytes]:
        yield b"x"
        await asyncio.sleep(30)

    async with client(app, timeout=0.2) as http:
        assert (await http.post("/", content=slow())).content == b"taken"
        with pytest.raises(httpx.ReadTimeout):
            await http.post("/", content=stalled())


async def test_closing_ends_what_still_runs() -> None:
    cancelled = asyncio.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send(START)
        await send(body(b"whole"))
        try:
            await asyncio.sleep(30)
        finally:
            cancelled.set()

    transport = StreamingASGITransport(app)
    answer = await transport.handle_async_request(httpx.Request("GET", "http://service/"))
    assert await answer.aread() == b"whole"
    await transport.aclose()
    assert cancelled.is_set()
