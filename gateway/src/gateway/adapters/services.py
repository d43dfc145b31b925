"""The services over httpx transports: one pool over the network, or a transport for each in this process."""

from collections.abc import AsyncIterator, Mapping

import httpx
import structlog

from chassis.errors import KithError
from contracts.routes import Service
from gateway.application.ports import Call, NoAnswer, NotReached, Reply

log = structlog.get_logger("kith.gateway")

CONNECT_SECONDS = 2.0
POOL_SECONDS = 5.0


class HttpServices:
    """Sends calls over transports, without an httpx client: it would keep cookies and follow redirects."""

    def __init__(
        self,
        transports: Mapping[Service, httpx.AsyncBaseTransport],
        addresses: Mapping[Service, str],
        answer_seconds: float,
    ) -> None:
        self._transports = transports
        self._addresses = addresses
        self._timeout = {
            "connect": CONNECT_SECONDS,
            "pool": POOL_SECONDS,
            "read": answer_seconds,
            "write": answer_seconds,
        }

    async def send(self, service: Service, call: Call) -> Reply:
        """Raises `NotReached` when nothing was sent, `NoAnswer` when no answer came. A body's own error passes."""
        query = f"?{call.query}" if call.query else ""
        request = httpx.Request(
            call.method,
            f"{self._addresses[service]}{call.path}{query}",
            headers=list(call.headers),
            content=call.body,
            extensions={"timeout": self._timeout},
        )
        try:
            return _HttpReply(await self._transports[service].handle_async_request(request))
        except KithError:
            raise
        except httpx.ConnectError as error:
            log.warning("gateway.not_reached", service=service)
            raise NotReached from error
        except Exception as error:
            log.warning("gateway.no_answer", service=service, error_type=type(error).__qualname__)
            raise NoAnswer from error


class _HttpReply:
    def __init__(self, response: httpx.Response) -> None:
        self._response = response
        self.status = response.status_code

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        return self._response.headers.raw

    def header(self, name: str) -> str | None:
        value: str | None = self._response.headers.get(name)
        return value

    async def read(self, at_most: int) -> bytes:
        held, size = [], 0
        try:
            async for chunk in self.chunks():
                held.append(chunk)
                size += len(chunk)
                if size > at_most:
                    log.warning("gateway.answer_too_long", status=self.status)
                    raise NoAnswer
        finally:
            await self.close()
        return b"".join(held)

    async def chunks(self) -> AsyncIterator[bytes]:
        assert isinstance(self._response.stream, httpx.AsyncByteStream)
        try:
            async for chunk in self._response.stream:
                yield chunk
        except Exception as error:
            log.warning("gateway.answer_broken", status=self.status, error_type=type(error).__qualname__)
            raise NoAnswer from error

    async def close(self) -> None:
        await self._response.aclose()
