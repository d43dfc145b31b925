"""Reading what a caller sends, within a limit: first by what it declares, then by what comes."""

from collections.abc import AsyncIterator

from starlette.requests import Request

from chassis.errors import BadRequest, TooLarge

_MOST_DIGITS = 18


def check_declared(request: Request, limit: int) -> None:
    """Raises `TooLarge` when `Content-Length` is over the limit, `BadRequest` when it is no length at all."""
    declared = request.headers.get("content-length")
    if declared is None:
        return
    if not (declared.isascii() and declared.isdigit()):
        raise BadRequest("Content-Length is not a number")
    if len(declared) > _MOST_DIGITS or int(declared) > limit:
        raise too_large(limit)


def too_large(limit: int) -> TooLarge:
    return TooLarge(f"The body may have at most {limit} bytes here")


class Incoming:
    """A request's body as it comes. What ends it early is kept in `failure`: a transport may tell it as its own."""

    def __init__(self, request: Request, limit: int) -> None:
        self._request = request
        self._limit = limit
        self.failure: Exception | None = None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        try:
            async for chunk in self._request.stream():
                size += len(chunk)
                if size > self._limit:
                    raise too_large(self._limit)
                if chunk:
                    yield chunk
        except Exception as error:
            self.failure = error
            raise

    async def whole(self) -> bytes:
        return b"".join([chunk async for chunk in self])
