"""What only the distributed form must stand: members that come and go, and a cluster that is away."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import TYPE_CHECKING

import pytest

from chassis.broker import Broker, BrokerUnavailable, Message, Outgoing
from tests.contract.stages import PATIENCE, QUICK, KafkaStage, Recorder

if TYPE_CHECKING:
    from tests.support.kafka import Kafka


@pytest.fixture
def own_kafka() -> "Iterator[Kafka]":
    """A broker that the test may kill."""
    from tests.support.kafka import private_kafka

    with private_kafka() as running:
        yield running


@pytest.fixture
async def shared(kafka: "Kafka") -> AsyncIterator[KafkaStage]:
    stage = KafkaStage(kafka)
    yield stage
    await stage.close()


class Ledger:
    """Effects of all members of a group in their order; it fails when two members work on one key at once."""

    def __init__(self) -> None:
        self.effects: list[tuple[str, int]] = []
        self._at_work: set[str] = set()

    def member(self, name: str, *, seconds: float) -> Recorder:
        ledger = self

        class Member(Recorder):
            async def __call__(self, batch: Sequence[Message]) -> None:
                keys = {message.key for message in batch}
                assert not keys & ledger._at_work, f"{name} was given a key that another member has in hand"
                ledger._at_work |= keys
                try:
                    await asyncio.sleep(seconds)
                    ledger.effects += [(message.key, int(message.value)) for message in batch]
                    await super().__call__(batch)
                except asyncio.CancelledError:
                    await asyncio.sleep(1.5)  # a rollback may take its time
                    raise
                finally:
                    ledger._at_work -= keys

        return Member()

    def first_effects(self) -> dict[str, list[int]]:
        """The numbers of each key in the order of their first effect: a second one is the inbox's to refuse."""
        numbers: dict[str, list[int]] = {}
        for key, number in dict.fromkeys(self.effects):
            numbers.setdefault(key, []).append(number)
        return numbers


async def test_members_may_come_and_go_and_nothing_is_lost_or_out_of_order(shared: KafkaStage) -> None:
    topic, ledger = shared.topic(), Ledger()
    first, second = shared.broker(), shared.broker()
    of_first, of_second = ledger.member("first", seconds=0.4), ledger.member("second", seconds=0.4)
    first.subscribe(shared.readers, [topic], of_first, retry=QUICK)
    second.subscribe(shared.readers, [topic], of_second, retry=QUICK)
    sent: list[Outgoing] = []
    enough = asyncio.Event()

    async def publishing() -> None:
        while not enough.is_set():
            batch = [Outgoing(topic, f"child-{key}", b"%d" % (len(sent) + key)) for key in range(12)]
            await first.publish(batch)
            sent.extend(batch)
            await asyncio.sleep(0.01)

    await first.start()
    publisher = asyncio.create_task(publishing())
    await of_first.until_given(60)
    await second.start()
    await of_second.until_given(60)
    await second.stop()
    had = len(of_first.messages)
    await of_first.until_given(had + 60)
    enough.set()
    await publisher
    await of_first.until(lambda: len(set(ledger.effects)) == len(sent))
    assert ledger.first_effects() == {f"child-{key}": list(range(key, len(sent), 12)) for key in range(12)}
    assert await first.dead_letters(topic) == []


async def test_a_partition_that_waits_does_not_hold_up_the_others(shared: KafkaStage) -> None:
    topic, stuck = shared.topic(), asyncio.Event()

    class PartlyStuck(Recorder):
        async def __call__(self, batch: Sequence[Message]) -> None:
            if batch[0].key == "child-0":
                await stuck.wait()
            await super().__call__(batch)

    seen = PartlyStuck()
    broker = shared.broker()
    broker.subscribe(shared.readers, [topic], seen)
    await broker.start()
    await broker.publish([Outgoing(topic, "child-0", b"first")])
    await asyncio.sleep(1)
    # Of so many keys, some share the stuck partition and most do not.
    others = [Outgoing(topic, f"child-{n}", b"%d" % n) for n in range(1, 31)]
    await broker.publish(others)
    await seen.until_given(10)
    assert b"first" not in seen.values
    stuck.set()
    await seen.until_given(31)
    assert sorted(seen.values) == sorted([b"first", *(message.value for message in others)])


async def test_a_second_member_takes_partitions_over_and_the_others_go_on(shared: KafkaStage) -> None:
    """Cooperative rebalancing: nobody is made to put down what stays theirs."""
    topic, release = shared.topic(), asyncio.Event()
    at_work: list[str] = []
    put_down: list[str] = []

    class Slow(Recorder):
        async def __call__(self, batch: Sequence[Message]) -> None:
            partition = batch[0].position.partition(":")[0]
            at_work.append(partition)
            try:
                await release.wait()
            except asyncio.CancelledError:
                put_down.append(partition)
                raise
            await super().__call__(batch)

    of_first, of_second = Slow(), Recorder()
    first, second = shared.broker(), shared.broker()
    first.subscribe(shared.readers, [topic], of_first)
    second.subscribe(shared.readers, [topic], of_second)
    await first.start()
    sent = [Outgoing(topic, f"child-{number}", b"%d" % number) for number in range(30)]
    await first.publish(sent)
    await of_first.until(lambda: len(at_work) == 3)
    await second.start()
    await of_second.until_given(1)
    moved = {message.position.partition(":")[0] for message in of_second.messages}
    assert sorted(put_down) == sorted(moved)
    assert len(moved) < 3
    release.set()
    await of_first.until(lambda: len(of_first.messages) + len(of_second.messages) >= 30)
    # Each was handled once, those that stayed by the very call that had begun before.
    assert len(at_work) == 3
    assert sorted(of_first.values + of_second.values) == sorted(message.value for message in sent)


async def test_a_message_is_written_once_whatever_the_client_repeats(shared: KafkaStage, kafka: "Kafka") -> None:
    """The producer is idempotent: Kafka knows each batch by its producer and its number. As Kafka's own file has it
    (record batch, version 2: the producer's id at byte 43, of 8 bytes, the number of the first record at 53, of 4)."""
    topic, seen = shared.topic(), Recorder()
    broker = shared.broker()
    broker.subscribe(shared.readers, [topic], seen)
    await broker.start()
    for number in range(2):
        await broker.publish([Outgoing(topic, "child", b"%d" % number)])
    await seen.until_given(2)
    partition = seen.messages[0].position.partition(":")[0]
    written = (kafka.data / f"{topic}-{partition}" / "00000000000000000000.log").read_bytes()
    second = 12 + int.from_bytes(written[8:12])
    producers = [int.from_bytes(written[at + 43 : at + 51], signed=True) for at in (0, second)]
    numbers = [int.from_bytes(written[at + 53 : at + 57], signed=True) for at in (0, second)]
    assert producers[0] == producers[1] >= 0
    assert numbers == [0, 1]


async def test_a_topic_that_is_not_there_makes_it_unready_and_is_named(shared: KafkaStage) -> None:
    broker = shared.broker()
    broker.subscribe(shared.readers, ["no-such-topic"], Recorder())
    await broker.start()
    with pytest.raises(BrokerUnavailable, match="no topic no-such-topic"):
        await broker.ready()
    with pytest.raises(BrokerUnavailable):
        await broker.publish([Outgoing("no-such-topic", "c", b"1")])


@pytest.mark.prove
async def test_a_cluster_that_was_away_for_a_minute_is_found_again_and_nothing_acknowledged_is_lost(
    own_kafka: "Kafka",
) -> None:
    stage = KafkaStage(own_kafka)
    topic, seen = stage.topic(), Recorder()
    broker = stage.broker()
    broker.subscribe(stage.readers, [topic], seen, retry=QUICK)
    await broker.start()
    await broker.publish([Outgoing(topic, "c", b"before")])
    await seen.until_given(1)

    own_kafka.kill()
    with pytest.raises(BrokerUnavailable):
        await broker.ready()
    during = asyncio.create_task(acknowledged(broker, Outgoing(topic, "c", b"during")))
    await asyncio.sleep(60)
    await asyncio.to_thread(own_kafka.start)
    await during
    await broker.publish([Outgoing(topic, "c", b"after")])
    await seen.until(lambda: b"after" in seen.values)
    assert list(dict.fromkeys(seen.values)) == [b"before", b"during", b"after"]
    await broker.ready()
    await stage.close()


async def acknowledged(broker: Broker, message: Outgoing) -> None:
    """The relay's part: to publish the same again until it is acknowledged."""
    async with asyncio.timeout(3 * PATIENCE):
        done = False
        while not done:
            try:
                await broker.publish([message])
                done = True
            except BrokerUnavailable:
                await asyncio.sleep(0.2)
