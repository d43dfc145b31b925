"""The outbox relay: hands committed events to the broker, in order per key, at least once."""

import asyncio
import contextlib
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
import structlog

from chassis import tracing
from chassis.broker import Broker, Outgoing
from chassis.database import Database
from chassis.ids import Clock, system_clock
from chassis.messaging import MessagingTables
from chassis.tasks import end
from chassis.turns import Turn

log = structlog.get_logger("kith.outbox")

BATCH: Final = 500
BACKLOG_MOST: Final = 100_000
"""A count stops here: nobody does anything else about twice as many, and to count them takes the database's time."""
_LONGEST_WAIT: Final = 5.0  # seconds between two attempts while the broker or the database is away
_STOP_GRACE: Final = 2.0  # seconds for a batch in hand: ended half-way it would be published again


@dataclass(frozen=True)
class Backlog:
    """What waits in the outbox: how many events, up to `BACKLOG_MOST`, and for how long the oldest has (0 for none)."""

    count: int
    oldest_seconds: float


class OutboxRelay:
    """Publishes the rows that stand in the outbox, oldest first, and takes them out once the broker has them.

    Reads what is there (never `seq > last`), so that a transaction that commits late is not passed over. A crash
    between publishing and taking out publishes again; consumers know each event by its id.

    Of several processes on one PostgreSQL database one relays at a time, or two would overtake each other; the others
    wait for their turn, and ring when they have committed events. On SQLite there is one process.

    Order. A unit of work writes its events last, when it holds every lock that it will: of two transactions that write
    a row in common, or of which one has seen what the other did, the first has committed before the second draws its
    `seq`. So `seq` is their order, and whoever sees the second's row sees the first's. Between transactions that have
    nothing in common there is no order to keep. This needs a sequence that hands out one number at a time (PostgreSQL's
    `CACHE 1`, the default).
    """

    def __init__(
        self,
        database: Database,
        messaging: MessagingTables,
        broker: Broker,
        *,
        part: str = "kith",
        publishes: bool = True,
        poll_seconds: float = 0.5,
        clock: Clock = system_clock,
    ) -> None:
        """`publishes`: whether this process relays at all, or only rings for one that does."""
        self._database = database
        self._outbox = messaging.outbox
        self._broker = broker
        self._publishes = publishes
        self._part = part
        self._poll_seconds = poll_seconds
        self._clock = clock
        self._wake = asyncio.Event()
        self._turn = None if database.is_sqlite else Turn(database, self._wake.set, candidate=publishes)
        self._task: asyncio.Task[None] | None = None
        self._in_hand: asyncio.Task[int] | None = None

    def wake(self) -> None:
        """Told after each commit of events, in this process."""
        if self._turn is None or self._turn.number:
            self._wake.set()
        else:
            self._turn.ring()

    async def start(self) -> None:
        if self._turn is not None:
            await self._turn.start()
        if self._publishes:
            self._task = asyncio.create_task(self._run(), name="outbox-relay")

    async def stop(self) -> None:
        if self._task is not None:
            await end(self._task)
        if self._in_hand is not None:
            await asyncio.wait({self._in_hand}, timeout=_STOP_GRACE)
            self._in_hand.cancel()
            await asyncio.gather(self._in_hand, return_exceptions=True)
        if self._turn is not None:
            await self._turn.stop()

    async def backlog(self) -> Backlog:
        """What waits now, whoever relays it. Raises `Unavailable` when the database is away."""
        outbox = self._outbox
        some = sa.select(outbox.c.seq).limit(BACKLOG_MOST).subquery()
        oldest = sa.select(outbox.c.created_at).order_by(outbox.c.seq).limit(1).scalar_subquery()
        async with self._database.read() as connection:
            count, since = (await connection.execute(sa.select(sa.func.count(), oldest).select_from(some))).one()
        return Backlog(count, 0.0 if since is None else max(0.0, (self._clock() - since).total_seconds()))

    async def _run(self) -> None:
        wait = self._poll_seconds
        while True:
            turn = 0 if self._turn is None else await self._turn.come()
            self._wake.clear()
            try:
                while await self._relayed(turn) == BATCH:
                    pass
                wait = self._poll_seconds
            except asyncio.CancelledError:
                raise
            except Exception as error:
                # Nothing is lost: the rows stay where they are until the broker takes them.
                log.warning("outbox.waiting", error_type=type(error).__qualname__, seconds=wait)
                await asyncio.sleep(wait)
                wait = min(wait * 2, _LONGEST_WAIT)
                continue
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._poll_seconds):
                    await self._wake.wait()

    async def _relayed(self, turn: int) -> int:
        self._in_hand = asyncio.create_task(self._relay(turn), name="outbox-batch")
        return await asyncio.shield(self._in_hand)

    async def _relay(self, turn: int) -> int:
        """Publishes one batch in this turn; returns how many events it held."""
        outbox = self._outbox
        async with self._database.read() as connection:
            found = await connection.execute(sa.select(outbox).order_by(outbox.c.seq).limit(BATCH))
            rows = found.all()
        if not rows:
            return 0
        if self._turn is not None and self._turn.number != turn:
            # Another may have published them by now. What is being published when a turn ends is published twice.
            return 0
        with tracing.handed_on(self._part, [(row.topic, row.envelope, row.created_at) for row in rows]) as headers:
            await self._broker.publish(
                [
                    Outgoing(row.topic, row.key, row.envelope.encode(), own)
                    for row, own in zip(rows, headers, strict=True)
                ]
            )
        async with self._database.write() as connection:
            await connection.execute(sa.delete(outbox).where(outbox.c.seq.in_([row.seq for row in rows])))
            await connection.commit()
        return len(rows)
