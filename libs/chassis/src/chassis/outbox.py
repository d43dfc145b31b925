"""The outbox relay: hands committed events to the broker, in order per key, at least once."""

import asyncio
import contextlib

import sqlalchemy as sa
import structlog

from chassis.broker import Broker, Outgoing
from chassis.database import Database
from chassis.messaging import MessagingTables
from chassis.tasks import end

log = structlog.get_logger("kith.outbox")

BATCH = 500


class OutboxRelay:
    """Publishes the rows that stand in the outbox, oldest first, and takes them out once the broker has them.

    Reads what is there (never `seq > last`), so that a transaction that commits late is not passed over. A crash
    between publishing and taking out publishes again; consumers know each event by its id.
    """

    def __init__(
        self, database: Database, messaging: MessagingTables, broker: Broker, *, poll_seconds: float = 0.5
    ) -> None:
        self._database = database
        self._outbox = messaging.outbox
        self._broker = broker
        self._poll_seconds = poll_seconds
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def wake(self) -> None:
        self._wake.set()

    async def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="outbox-relay")

    async def stop(self) -> None:
        if self._task is not None:
            await end(self._task)

    async def _run(self) -> None:
        backoff = self._poll_seconds
        while True:
            self._wake.clear()
            try:
                while await self.relay_once():
                    pass
                backoff = self._poll_seconds
            except asyncio.CancelledError:
                raise
            except Exception as error:
                # Nothing is lost: the rows stay where they are until the broker takes them.
                log.warning("outbox.waiting", error_type=type(error).__qualname__, seconds=backoff)
                await asyncio.sleep(backoff)
                backoff = min(backoff * 2, 30.0)
                continue
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._poll_seconds):
                    await self._wake.wait()

    async def relay_once(self) -> int:
        """Publishes one batch; returns how many events it held."""
        outbox = self._outbox
        async with self._database.read() as connection:
            found = await connection.execute(sa.select(outbox).order_by(outbox.c.seq).limit(BATCH))
            rows = found.all()
        if not rows:
            return 0
        await self._broker.publish([Outgoing(row.topic, row.key, row.envelope.encode(), {}) for row in rows])
        async with self._database.write() as connection:
            await connection.execute(sa.delete(outbox).where(outbox.c.seq.in_([row.seq for row in rows])))
            await connection.commit()
        return len(rows)
