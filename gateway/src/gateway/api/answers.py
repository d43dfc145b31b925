"""A service's answer on its way to the caller: small ones whole, large ones as they come."""

import anyio
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from gateway.application.ports import NoAnswer, Reply
from gateway.domain.hygiene import passed_out

WHOLE_UP_TO = 64 * 1024


class BrokenAnswerError(Exception):
    """The service broke off after its answer had begun: all that is left is to break off too."""


class _Streamed(StreamingResponse):
    """Closes the service's answer however this one ends, so that the service hears when the caller has left."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.chunks(), reply.status)
        self._reply = reply

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        except NoAnswer:
            raise BrokenAnswerError from None
        finally:
            with anyio.CancelScope(shield=True):
                await self._reply.close()


async def passed_on(reply: Reply) -> Response:
    """The response for a service's answer. Raises `NoAnswer` when a small one breaks off."""
    headers = passed_out(reply.headers)
    length = dict(headers).get(b"content-length", b"")
    response: Response
    if (length.isdigit() and int(length) <= WHOLE_UP_TO) or reply.status in {204, 304}:
        response = Response(await reply.read(WHOLE_UP_TO), reply.status)
        own = {b"content-length"}
    else:
        response = _Streamed(reply)
        own = set()
    response.raw_headers.extend(pair for pair in headers if pair[0] not in own)
    return response
