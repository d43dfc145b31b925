"""How a process hears that something came into an inbox, wherever it was committed.

Who commits entries rings behind the commit, by NOTIFY with the recipients' ids; every process listens. A ring that is
lost is made up for by looking: one question a second for all who are waited for here (ADR 37).
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Final

import sqlalchemy as sa
import structlog

from chassis.database import Database
from chassis.tasks import end, kept_up
from notifications.adapters.inbox_tables import recipients

log = structlog.get_logger("kith.arrivals")

_CHANNEL: Final = "kith_arrivals"
_EVERYBODY: Final = "*"
_LONGEST: Final = 7000
"""Bytes; PostgreSQL takes less than 8,000 with a NOTIFY."""
_SIGN_OF_LIFE: Final = 5.0
"""Seconds between two words on the connection that listens."""
_PATIENCE: Final = 2.0
POLL_SECONDS: Final = 1.0


class Arrivals:
    """One process's ear and bell. On SQLite, where there is one process, it only tells itself."""

    def __init__(self, database: Database, poll_seconds: float = POLL_SECONDS) -> None:
        self._database = database
        self._poll_seconds = poll_seconds
        self._watchers: dict[str, dict[asyncio.Event, Callable[[], int]]] = {}
        self._to_ring: set[str] = set()
        self._stir = asyncio.Event()

    def told(self, recipient_ids: Collection[str]) -> None:
        """After a commit in this process."""
        self._wake(recipient_ids)
        if not self._database.is_sqlite:
            self._to_ring |= set(recipient_ids)
            self._stir.set()

    @contextmanager
    def watch(self, recipient_id: str, place: Callable[[], int]) -> Iterator[asyncio.Event]:
        event = asyncio.Event()
        watchers = self._watchers.setdefault(recipient_id, {})
        watchers[event] = place
        try:
            yield event
        finally:
            del watchers[event]
            if not watchers:
                self._watchers.pop(recipient_id, None)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        jobs = [self._poll] if self._database.is_sqlite else [self._poll, self._listen]
        tasks = [asyncio.ensure_future(kept_up(job)) for job in jobs]
        try:
            yield
        finally:
            for task in tasks:
                await end(task)

    def _wake(self, recipient_ids: Collection[str]) -> None:
        for recipient_id in recipient_ids:
            for event in self._watchers.get(recipient_id, ()):
                event.set()

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(self._poll_seconds)
            if not self._watchers:
                continue
            try:
                async with self._database.read() as connection:
                    found = await connection.execute(
                        sa.select(recipients).where(recipients.c.recipient_id.in_(list(self._watchers)))
                    )
                    last = {row.recipient_id: row.last_number for row in found}
            except Exception as error:
                log.warning("arrivals.poll_failed", error_type=type(error).__qualname__)
                continue
            for recipient_id, number in last.items():
                for event, place in self._watchers.get(recipient_id, {}).items():
                    if number > place():
                        event.set()

    async def _listen(self) -> None:
        while True:
            try:
                async with self._database.apart() as connection:
                    await self._keep(connection)
            except Exception as error:
                log.warning("arrivals.connection_lost", error_type=type(error).__qualname__)
            await asyncio.sleep(_PATIENCE)

    async def _keep(self, connection: Any) -> None:
        """Listens and rings on one connection until it is lost."""
        # No NOTIFY is worth a wait for the disk.
        await connection.execute("SET synchronous_commit = off", timeout=_PATIENCE)
        await connection.add_listener(_CHANNEL, lambda *call: self._heard(call[-1]))
        connection.add_termination_listener(lambda _: self._stir.set())
        self._wake(list(self._watchers))  # what was rung meanwhile was not heard
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_SIGN_OF_LIFE):
                    await self._stir.wait()
            self._stir.clear()
            if connection.is_closed():
                raise ConnectionError("PostgreSQL has ended the session")
            ringing, self._to_ring = self._to_ring, set()
            if ringing:
                named = ",".join(sorted(ringing))
                payload = named if len(named.encode()) <= _LONGEST else _EVERYBODY
                await connection.execute("SELECT pg_notify($1, $2)", _CHANNEL, payload, timeout=_PATIENCE)
            else:
                await connection.execute("SELECT 1", timeout=_PATIENCE)

    def _heard(self, payload: str) -> None:
        self._wake(list(self._watchers) if payload == _EVERYBODY else payload.split(","))
