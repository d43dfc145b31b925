"""A service of the smallest kind, with one table beside the outbox: its rows are counters, and each event tells one's
new value. `python -m tests.chassis.outbox_service URL FILE` runs its relay as a process of its own."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import orjson
import sqlalchemy as sa

from chassis.broker import Broker, EmbeddedBroker, Message
from chassis.database import Database
from chassis.ids import Clock, system_clock
from chassis.messaging import MessagingTables
from chassis.outbox import OutboxRelay
from chassis.unit_of_work import UnitOfWork
from contracts.events.base import CHILD_INDEX
from contracts.events.child_index import ChildArchived

TOPIC = CHILD_INDEX
metadata = sa.MetaData()
messaging = MessagingTables(metadata)
counters = sa.Table(
    "counters", metadata, sa.Column("child_id", sa.String(36), primary_key=True), sa.Column("n", sa.Integer)
)


class Process:
    """What one process of the service has: a database pool, and a relay that publishes or only rings."""

    def __init__(
        self,
        url: str,
        broker: Broker,
        *,
        publishes: bool = True,
        poll_seconds: float = 0.5,
        clock: Clock = system_clock,
    ) -> None:
        self.database = Database(url)
        self.clock = clock
        self.relay = OutboxRelay(
            self.database, messaging, broker, publishes=publishes, poll_seconds=poll_seconds, clock=clock
        )

    async def make_tables(self, *children: str) -> None:
        async with self.database.write() as connection:
            await connection.run_sync(metadata.create_all)
            await connection.execute(sa.insert(counters), [{"child_id": child, "n": 0} for child in children])
            await connection.commit()

    def unit_of_work(self) -> UnitOfWork:
        return UnitOfWork(self.database, messaging, self.clock, "urn:kith:tests", self.relay.wake)

    async def count(self, child: str) -> None:
        """Counts the child's counter up by one, and tells its new value."""
        async with self.unit_of_work() as uow:
            counting = (
                sa.update(counters)
                .where(counters.c.child_id == child)
                .values(n=counters.c.n + 1)
                .returning(counters.c.n)
            )
            now = (await uow.connection.execute(counting)).scalar_one()
            uow.emit(told(child, now))
            await uow.commit()

    async def stop(self) -> None:
        await self.relay.stop()
        await self.database.close()


def told(child: str, number: int, **more: str) -> ChildArchived:
    return ChildArchived.model_validate({"child_id": child, "n": number, **more})


def number_in(message: Message) -> int:
    return int(orjson.loads(message.value)["data"]["n"])


@asynccontextmanager
async def process(url: str, broker: Broker, *, publishes: bool = True, poll: float = 0.5) -> AsyncIterator[Process]:
    """One that has been started."""
    made = Process(url, broker, publishes=publishes, poll_seconds=poll)
    await made.relay.start()
    try:
        yield made
    finally:
        await made.stop()


async def _main(url: str, file: Path) -> None:
    broker = EmbeddedBroker(file)
    await broker.start()
    async with process(url, broker):
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1], Path(sys.argv[2])))
