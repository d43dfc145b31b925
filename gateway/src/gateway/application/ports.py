"""What the pipeline needs of the outside: one way to send a call to a service."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol

from chassis.errors import KithError, Unavailable
from contracts.routes import Service

Body = bytes | AsyncIterable[bytes]
RawHeaders = tuple[tuple[bytes, bytes], ...]


class NotReached(Unavailable):
    """The service was not reached, so it has done nothing."""


class NoAnswer(KithError):
    """The service was asked and did not answer well: what it did is not known."""

    status, code, title = 502, "unavailable", "Kith cannot answer just now"

    def __init__(self) -> None:
        super().__init__(
            "The part of Kith that answers this did not answer as it should. Whether a change was made is not known; "
            "send it again with the same Idempotency-Key, or look before you repeat it."
        )


@dataclass(frozen=True, slots=True)
class Call:
    """A request to a service. `path` is percent-encoded, without the query; a stream is sent as it comes."""

    method: str
    path: str
    query: str = ""
    headers: RawHeaders = ()
    body: Body = b""


class Reply(Protocol):
    """A service's answer, whose body has not been read. Whoever gets one closes it."""

    @property
    def status(self) -> int: ...

    @property
    def headers(self) -> list[tuple[bytes, bytes]]: ...

    def header(self, name: str) -> str | None: ...

    async def read(self, at_most: int) -> bytes:
        """The whole body, and closes. Raises `NoAnswer` when it is longer than `at_most` bytes or breaks off."""
        ...

    def chunks(self) -> AsyncIterator[bytes]:
        """The body as it comes. Raises `NoAnswer` when it breaks off."""
        ...

    async def close(self) -> None: ...


class Services(Protocol):
    async def send(self, service: Service, call: Call) -> Reply:
        """Raises `NotReached` when nothing was sent, `NoAnswer` when the answer did not come."""
        ...


@dataclass(frozen=True, slots=True)
class Asked:
    """One request of a caller, as the pipeline sees it. `body` reads it within the limit, or raises `TooLarge`."""

    parts: dict[str, str]
    query: bytes
    headers: list[tuple[bytes, bytes]]
    authorization: list[str]
    purposes: list[str]
    body: Callable[[], Awaitable[Body]]
    draining: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when this process is told to stop."""
