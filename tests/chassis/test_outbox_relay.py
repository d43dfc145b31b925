"""The relay: nothing committed is passed over, a key keeps its order, one process relays, no request waits for it."""

import asyncio
import random
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from chassis.broker import MAX_MESSAGE_BYTES, EmbeddedBroker, MessageRefused, Outgoing
from chassis.bulk import insert_rows
from chassis.ids import system_clock
from chassis.outbox import Backlog
from chassis.unit_of_work import UnitOfWork
from stack.programs import tied_to_us
from tests.chassis.outbox_service import TOPIC, Process, messaging, number_in, process, told
from tests.contract.stages import PATIENCE, Recorder
from tests.support.postgres import Postgres

CHILDREN = ("ann", "ben", "cem")
NEVER = 3600.0
"""Seconds between polls, where a test is about being woken."""


class Gated(EmbeddedBroker):
    """A broker that answers nobody until the gate is opened."""

    def __init__(self, path: Path | None) -> None:
        super().__init__(path)
        self.gate = asyncio.Event()
        self.asked = asyncio.Event()

    async def publish(self, messages: Sequence[Outgoing]) -> None:
        self.asked.set()
        await self.gate.wait()
        await super().publish(messages)


@pytest.fixture
def url(postgres: Postgres) -> Iterator[str]:
    made = postgres.new_database("outbox")
    yield made
    postgres.drop_database(made)


@pytest.fixture
async def seen() -> Recorder:
    return Recorder()


@pytest.fixture
async def broker(seen: Recorder, tmp_path: Path) -> AsyncIterator[EmbeddedBroker]:
    made = EmbeddedBroker(tmp_path / "events.sqlite3")
    made.subscribe("readers", [TOPIC], seen)
    await made.start()
    yield made
    await made.stop()


def numbers(seen: Recorder) -> dict[str, list[int]]:
    """What was told of each child, in the order in which it was published."""
    found: dict[str, list[int]] = {}
    for message in seen.messages:
        found.setdefault(message.key, []).append(number_in(message))
    return found


async def test_a_commit_in_another_process_wakes_the_relay(url: str, broker: EmbeddedBroker, seen: Recorder) -> None:
    """Of one that only answers requests, and of one that waits for its turn to relay."""
    async with process(url, broker, publishes=False) as api:
        await api.make_tables("ann")
        async with process(url, broker, poll=NEVER) as worker:
            await worker.count("ann")
            await seen.until_given(1)
            async with process(url, broker, poll=NEVER) as standby:
                for number, one in enumerate((api, standby, api, api, standby, worker), start=2):
                    await one.count("ann")
                    await seen.until_given(number)
    assert numbers(seen) == {"ann": [1, 2, 3, 4, 5, 6, 7]}


async def test_a_process_that_relays_nothing_leaves_the_outbox_alone(
    database_url: str, broker: EmbeddedBroker, seen: Recorder
) -> None:
    async with process(database_url, broker, publishes=False) as api:
        await api.make_tables("ann")
        await api.count("ann")
        await asyncio.sleep(0.2)
        assert (await api.relay.backlog()).count == 1
    assert seen.messages == []


async def test_a_transaction_that_commits_late_is_not_passed_over(
    url: str, broker: EmbeddedBroker, seen: Recorder
) -> None:
    async with process(url, broker) as service:
        await service.make_tables("ann", "ben")
        written, go_on = asyncio.Event(), asyncio.Event()

        class Late(UnitOfWork):
            async def commit(self) -> None:
                # As where the database takes its time between the outbox row and the commit.
                await insert_rows(self.connection, messaging.outbox, [self._row(each) for each in self._events])
                written.set()
                await go_on.wait()
                await self.connection.commit()

        async def commit_late() -> None:
            async with Late(service.database, messaging, system_clock, "urn:kith:tests") as uow:
                uow.emit(told("ann", 1))
                await uow.commit()

        late = asyncio.create_task(commit_late())
        await written.wait()
        await service.count("ben")
        await seen.until_given(1)
        go_on.set()
        await late
        await seen.until_given(2)
    assert [message.key for message in seen.messages] == ["ben", "ann"]


async def test_a_key_keeps_the_order_of_its_transactions(
    database_url: str, broker: EmbeddedBroker, seen: Recorder
) -> None:
    """Several processes at once, each transaction as slow as chance has it: of two that write the same row, the one
    that wrote first is told of first."""
    dice = random.Random(3)
    processes = [Process(database_url, broker, publishes=number == 0) for number in range(2)]
    await processes[0].make_tables(*CHILDREN)
    for each in processes:
        await each.relay.start()

    async def work(one: Process) -> None:
        for _ in range(12):
            await asyncio.sleep(dice.uniform(0, 0.004))
            await one.count(dice.choice(CHILDREN))

    await asyncio.gather(*(work(one) for one in processes for _ in range(6)))
    await seen.until_given(144)
    for each in processes:
        await each.stop()
    found = numbers(seen)
    assert found == {child: list(range(1, len(told_of) + 1)) for child, told_of in found.items()}


async def test_a_broker_that_does_not_answer_holds_up_nobody_and_the_backlog_is_told(
    database_url: str, seen: Recorder
) -> None:
    broker = Gated(None)
    broker.subscribe("readers", [TOPIC], seen)
    await broker.start()
    began, later = system_clock(), timedelta()

    def clock() -> datetime:
        return began + later

    service = Process(database_url, broker, clock=clock)
    await service.make_tables("ann")
    assert await service.relay.backlog() == Backlog(0, 0.0)
    await service.relay.start()
    await service.count("ann")
    await asyncio.wait_for(broker.asked.wait(), PATIENCE)
    for _ in range(20):
        await service.count("ann")
    later = timedelta(seconds=90)
    assert await service.relay.backlog() == Backlog(21, 90.0)
    broker.gate.set()
    await seen.until_given(21)
    await nothing_waits(service)
    await service.stop()
    await broker.stop()
    assert numbers(seen) == {"ann": list(range(1, 22))}


async def test_a_batch_in_hand_when_it_stops_is_finished_and_not_published_again(
    database_url: str, seen: Recorder
) -> None:
    broker = Gated(None)
    broker.subscribe("readers", [TOPIC], seen)
    await broker.start()
    async with process(database_url, broker) as service:
        await service.make_tables("ann")
        await service.count("ann")
        await asyncio.wait_for(broker.asked.wait(), PATIENCE)
        stopping = asyncio.create_task(service.relay.stop())
        await asyncio.sleep(0.05)
        broker.gate.set()
        await stopping
        assert (await service.relay.backlog()).count == 0
    await broker.stop()


async def test_a_relay_whose_session_is_ended_takes_it_up_again(
    url: str, broker: EmbeddedBroker, seen: Recorder
) -> None:
    async with process(url, broker) as service:
        await service.make_tables("ann")
        await service.count("ann")
        await seen.until_given(1)
        await ended_session(service)
        await service.count("ann")
        await seen.until_given(2)
    assert numbers(seen) == {"ann": [1, 2]}


async def test_what_a_relay_read_in_a_turn_that_has_passed_it_does_not_publish(
    url: str, broker: EmbeddedBroker, seen: Recorder
) -> None:
    async with process(url, broker) as first:
        await first.make_tables("ann")
        await relayed_one_more(first, seen)
        async with process(url, broker), first.unit_of_work() as uow:
            # Whoever reads the outbox from now on waits for us, and both will find the same row.
            await uow.connection.execute(sa.text("LOCK TABLE outbox"))
            await asyncio.sleep(0.6)
            await ended_session(first)
            await asyncio.sleep(1.2)
            uow.emit(told("ann", 2))
            await uow.commit()
            await seen.until_given(2)
            await asyncio.sleep(0.3)
    assert numbers(seen) == {"ann": [1, 2]}


async def test_one_process_relays_and_another_takes_over_from_one_that_hangs_stops_or_is_killed(
    url: str, broker: EmbeddedBroker, seen: Recorder, tmp_path: Path
) -> None:
    file = tmp_path / "events.sqlite3"
    ours = Process(url, broker, publishes=False)
    await ours.make_tables("ann")
    await ours.relay.start()
    other = subprocess.Popen(tied_to_us([sys.executable, "-m", "tests.chassis.outbox_service", url, str(file)]))
    try:
        await relayed_one_more(ours, seen)

        # It hangs: we take over, but our broker does not answer us, so what is committed still stands in the outbox
        # when it goes on. It must leave that alone, since its turn is over.
        other.send_signal(signal.SIGSTOP)
        gated = Gated(file)
        await gated.start()
        async with process(url, gated):
            began = time.monotonic()
            await ours.count("ann")
            await asyncio.wait_for(gated.asked.wait(), PATIENCE)
            assert time.monotonic() - began < 5
            other.send_signal(signal.SIGCONT)
            await ours.count("ann")
            await asyncio.sleep(1.2)
            assert len(seen.messages) == 1
            gated.gate.set()
            await seen.until_given(3)
        await gated.stop()

        # We have stopped: it takes over again.
        began = time.monotonic()
        await relayed_one_more(ours, seen)
        assert time.monotonic() - began < 5

        # It is killed.
        other.kill()
        other.wait()
        began = time.monotonic()
        async with process(url, broker):
            await relayed_one_more(ours, seen)
        assert time.monotonic() - began < 5
    finally:
        other.kill()
        other.wait()
        await ours.stop()
    assert numbers(seen) == {"ann": [1, 2, 3, 4, 5]}


async def ended_session(service: Process) -> None:
    """Has PostgreSQL end the session whose turn it is."""
    async with service.database.read() as connection:
        ended = await connection.execute(
            sa.text(
                "SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_database ON pg_database.oid = database"
                " WHERE locktype = 'advisory' AND datname = current_database()"
            )
        )
        assert len(ended.all()) == 1


async def relayed_one_more(service: Process, seen: Recorder) -> None:
    """Counts one up; returns when that was published and has been taken out of the outbox."""
    before = len(seen.messages)
    await service.count("ann")
    await seen.until_given(before + 1)
    await nothing_waits(service)


async def nothing_waits(service: Process) -> None:
    async with asyncio.timeout(PATIENCE):
        while await service.relay.backlog() != Backlog(0, 0.0):
            await asyncio.sleep(0.01)


async def test_an_event_that_no_broker_would_take_is_refused_with_its_transaction(
    database_url: str, broker: EmbeddedBroker
) -> None:
    async with process(database_url, broker, publishes=False) as service:
        await service.make_tables("ann")
        async with service.unit_of_work() as uow:
            uow.emit(told("ann", 1, words="x" * MAX_MESSAGE_BYTES))
            with pytest.raises(MessageRefused, match=f"{MAX_MESSAGE_BYTES} is the most"):
                await uow.commit()
        assert await service.relay.backlog() == Backlog(0, 0.0)
