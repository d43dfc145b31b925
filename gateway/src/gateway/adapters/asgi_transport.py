"""A service in this process, spoken to as if over HTTP: an httpx transport that streams in both directions.

httpx's own ASGI transport gathers the whole answer before it gives any of it, and so would hold a large export in
memory and never show a stream of events.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator

import httpx
from starlette.types import ASGIApp, Message, Scope

BUFFER_BYTES = 64 * 1024
GRACE_SECONDS = 1.0


class ClientGone(OSError):
    """Raised to an application that goes on sending its answer after the reader has left."""


class StreamingASGITransport(httpx.AsyncBaseTransport):
    """Runs the application in a task for each request.

    An answer is held back once 64 KiB of it wait for the reader. A reader who leaves is told to the application as
    `http.disconnect`, as a server would. An application that fails before its answer is complete is an
    `httpx.RemoteProtocolError` to the reader.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._tasks: set[asyncio.Task[None]] = set()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        exchange = _Exchange(request)
        task = asyncio.create_task(exchange.run(self._app))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            status, headers = await exchange.start()
        except BaseException:
            exchange.leave()
            raise
        return httpx.Response(status, headers=headers, stream=exchange, request=request)

    async def aclose(self) -> None:
        """Ends what still runs."""
        running = list(self._tasks)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


class _Exchange(httpx.AsyncByteStream):
    """One request and its answer: the application's side (`run`) and the reader's (`start`, iteration, `aclose`)."""

    def __init__(self, request: httpx.Request) -> None:
        self._request = request
        self._seconds: float | None = request.extensions.get("timeout", {}).get("read")
        self._upload = _chunks_of(request)
        self._uploaded = False
        self._pieces = 0
        self._head: tuple[int, list[tuple[bytes, bytes]]] | None = None
        self._buffer: deque[bytes] = deque()
        self._waiting = 0
        self._complete = False
        self._failure: Exception | None = None
        self._readable = asyncio.Event()
        self._writable = asyncio.Event()
        self._left = asyncio.Event()

    # --- the application's side

    async def run(self, app: ASGIApp) -> None:
        unfinished = httpx.RemoteProtocolError("The service did not complete its answer", request=self._request)
        try:
            await app(self._scope(), self._receive, self._send)
        except Exception as error:
            unfinished.__cause__ = error
        finally:
            self._fail(unfinished)

    def _scope(self) -> Scope:
        url = self._request.url
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": self._request.method,
            "scheme": url.scheme,
            "path": url.path,
            "raw_path": url.raw_path.partition(b"?")[0],
            "query_string": url.query,
            "root_path": "",
            "headers": [(name.lower(), value) for name, value in self._request.headers.raw],
            "client": None,
            "server": (url.host, url.port),
        }

    async def _receive(self) -> Message:
        if not self._uploaded and not self._left.is_set():
            if isinstance(self._request.stream, httpx.ByteStream):
                # Complete, so in one piece, as a server hands on what came in one.
                self._pieces, self._uploaded = 1, True
                return {"type": "http.request", "body": b"".join(self._request.stream), "more_body": False}
            try:
                piece = await anext(self._upload, None)
            except Exception as error:
                # The sender broke off: to the application it has left, to whoever awaits the answer it is this error.
                self._fail(error)
                self.leave()
            else:
                self._pieces += 1
                self._uploaded = piece is None
                return {"type": "http.request", "body": piece or b"", "more_body": piece is not None}
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._head = (message["status"], [*message.get("headers", ())])
            self._readable.set()
            return
        more = message.get("more_body", False)
        while self._waiting >= BUFFER_BYTES and not self._left.is_set():
            self._writable.clear()
            await self._writable.wait()
        if self._left.is_set():
            if more:
                # Time for the application to notice the disconnect by itself, which ends it quietly.
                await asyncio.sleep(GRACE_SECONDS)
                raise ClientGone("The reader of the answer has left")
            return
        body = message.get("body", b"")
        self._buffer.append(body)
        self._waiting += len(body)
        self._readable.set()
        if not more:
            self._complete = True
            # As from a server: what comes after a complete answer is `http.disconnect`.
            self._left.set()

    def _fail(self, failure: Exception) -> None:
        if not self._complete and self._failure is None:
            self._failure = failure
        self._readable.set()

    # --- the reader's side

    async def start(self) -> tuple[int, list[tuple[bytes, bytes]]]:
        while self._head is None:
            await self._something()
        return self._head

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            while not self._buffer:
                if self._complete:
                    return
                await self._something()
            chunk = b"".join(self._buffer)
            self._buffer.clear()
            self._waiting = 0
            self._writable.set()
            if chunk:
                yield chunk

    async def _something(self) -> None:
        """Waits until the application has sent more. Raises what ended it, or `httpx.ReadTimeout`.

        The time runs only while nothing moves: a long upload that still comes in does not use it up.
        """
        if self._failure is not None:
            raise self._failure
        self._readable.clear()
        while True:
            pieces = self._pieces
            try:
                async with asyncio.timeout(self._seconds):
                    await self._readable.wait()
            except TimeoutError:
                if pieces == self._pieces:
                    raise httpx.ReadTimeout("The service did not answer in time", request=self._request) from None
            else:
                return

    def leave(self) -> None:
        self._left.set()
        self._writable.set()

    async def aclose(self) -> None:
        self.leave()


async def _chunks_of(request: httpx.Request) -> AsyncIterator[bytes]:
    assert isinstance(request.stream, httpx.AsyncByteStream)
    async for chunk in request.stream:
        if chunk:
            yield chunk
