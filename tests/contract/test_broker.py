"""What every broker promises, played on each of them alike."""

import asyncio
import itertools
from collections.abc import Sequence

import pytest

from chassis.broker import MAX_MESSAGE_BYTES, BrokerUnavailable, Message, MessageRefused, Outgoing
from tests.contract.stages import PATIENCE, Recorder, Stage, by_key, events, started


async def test_a_message_arrives_as_it_was_sent(stage: Stage) -> None:
    topic, seen = stage.topic(), Recorder()
    broker = stage.broker()
    broker.subscribe(stage.readers, [topic], seen)
    await broker.start()
    every_byte = bytes(range(256))
    sent = Outgoing(topic, "schlüssel-👧", every_byte, {"ce-id": "1", "ce-type": "BlockPlaced", "größe": "ß"})
    await broker.publish([sent, Outgoing(topic, "", b"")])
    await seen.until_given(2)
    got = {message.key: message for message in seen.messages}
    assert got[sent.key].topic == topic
    assert got[sent.key].value == every_byte
    assert dict(got[sent.key].headers) == dict(sent.headers)
    assert got[""].value == b""


async def test_a_key_keeps_its_order(stage: Stage) -> None:
    topic, seen = stage.topic(), Recorder()
    broker = stage.broker()
    broker.subscribe(stage.readers, [topic], seen)
    await broker.start()
    sent = events(topic, 1200)
    for begin, end in itertools.pairwise([0, 1, 2, 500, 501, 1100, 1200]):
        await broker.publish(sent[begin:end])
    await seen.until_given(len(sent))
    assert by_key(seen.messages) == by_key(sent)


async def test_a_group_that_has_nothing_to_do_wakes_for_the_next_message(stage: Stage) -> None:
    topic, seen = stage.topic(), Recorder()
    broker = stage.broker()
    broker.subscribe(stage.readers, [topic], seen)
    await broker.start()
    for number in range(30):
        await broker.publish([Outgoing(topic, f"child-{number % 5}", b"%d" % number)])
        await seen.until_given(number + 1)
    assert [int(value) for value in seen.values] == list(range(30))


async def test_two_groups_each_get_everything(stage: Stage) -> None:
    topic, ones, others = stage.topic(), Recorder(), Recorder()
    broker = stage.broker()
    broker.subscribe(stage.readers, [topic], ones)
    broker.subscribe(stage.others, [topic], others)
    await broker.start()
    sent = events(topic, 50)
    await broker.publish(sent)
    for seen in (ones, others):
        await seen.until_given(50)
        assert by_key(seen.messages) == by_key(sent)


async def test_a_group_may_have_a_handler_for_each_topic(stage: Stage) -> None:
    first, second = stage.topic(), stage.topic()
    of_first, of_second = Recorder(), Recorder()
    broker = stage.broker()
    broker.subscribe(stage.readers, [first], of_first)
    broker.subscribe(stage.readers, [second], of_second)
    await broker.start()
    await broker.publish([Outgoing(first, "c", b"1"), Outgoing(second, "c", b"2")])
    await of_first.until_given(1)
    await of_second.until_given(1)
    assert (of_first.values, of_second.values) == ([b"1"], [b"2"])


async def test_a_new_group_begins_with_the_oldest_message(stage: Stage) -> None:
    topic, seen = stage.topic(), Recorder()
    publisher = await started(stage.broker())
    await publisher.publish(events(topic, 30))
    await publisher.stop()
    reader = stage.broker()
    reader.subscribe(stage.readers, [topic], seen)
    await reader.start()
    await seen.until_given(30)
    assert sorted(seen.values) == sorted(b"%d" % n for n in range(30))


async def test_what_was_handled_is_not_delivered_again_after_a_clean_stop(stage: Stage) -> None:
    topic, before, after = stage.topic(), Recorder(), Recorder()
    broker = stage.broker()
    broker.subscribe(stage.readers, [topic], before)
    await broker.start()
    await broker.publish(events(topic, 100))
    await before.until_given(100)
    await broker.stop()
    again = stage.broker()
    again.subscribe(stage.readers, [topic], after)
    await again.start()
    await again.publish(events(topic, 1, first=100))
    await after.until_given(1)
    assert after.values == [b"100"]


async def test_a_batch_that_was_in_hand_when_it_stopped_is_delivered_again(stage: Stage) -> None:
    topic, after = stage.topic(), Recorder()
    taken = asyncio.Event()

    async def never_done(_: Sequence[Message]) -> None:
        taken.set()
        await asyncio.Event().wait()

    broker = stage.broker()
    broker.subscribe(stage.readers, [topic], never_done)
    await broker.start()
    sent = events(topic, 40)
    await broker.publish(sent)
    await asyncio.wait_for(taken.wait(), PATIENCE)
    stopping = asyncio.create_task(broker.stop())
    again = stage.broker()
    await stopping
    again.subscribe(stage.readers, [topic], after)
    await again.start()
    await after.until_given(40)
    assert by_key(after.messages) == by_key(sent)


async def test_a_handler_at_work_may_finish_when_the_broker_stops(stage: Stage) -> None:
    topic, after = stage.topic(), Recorder()
    taken, finished = asyncio.Event(), asyncio.Event()

    async def slow(_: Sequence[Message]) -> None:
        taken.set()
        await asyncio.sleep(0.4)
        finished.set()

    broker = stage.broker()
    broker.subscribe(stage.readers, [topic], slow)
    await broker.start()
    await broker.publish([Outgoing(topic, "c", b"0")])
    await asyncio.wait_for(taken.wait(), PATIENCE)
    await broker.stop()
    assert finished.is_set()
    again = stage.broker()
    again.subscribe(stage.readers, [topic], after)
    await again.start()
    await again.publish([Outgoing(topic, "c", b"1")])
    await after.until_given(1)
    assert after.values == [b"1"]


async def test_a_message_that_is_too_large_is_refused_with_all_that_came_with_it(stage: Stage) -> None:
    topic, seen = stage.topic(), Recorder()
    broker = stage.broker()
    broker.subscribe(stage.readers, [topic], seen)
    await broker.start()
    with pytest.raises(MessageRefused, match=f"{MAX_MESSAGE_BYTES} is the most"):
        await broker.publish([Outgoing(topic, "c", b"small"), Outgoing(topic, "c", bytes(MAX_MESSAGE_BYTES + 1))])
    largest = Outgoing(topic, "c", bytes(MAX_MESSAGE_BYTES - 1))
    await broker.publish([largest])
    await seen.until_given(1)
    assert seen.values == [largest.value]


async def test_it_is_ready_only_while_it_runs(stage: Stage) -> None:
    topic = stage.topic()
    broker = stage.broker()
    broker.subscribe(stage.readers, [topic], Recorder())
    with pytest.raises(BrokerUnavailable):
        await broker.ready()
    await broker.start()
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                await broker.ready()
                break
            except BrokerUnavailable:
                await asyncio.sleep(0.05)
    await broker.stop()
    for what in (broker.ready(), broker.publish([Outgoing(topic, "c", b"1")])):
        with pytest.raises(BrokerUnavailable):
            await what


async def test_a_group_has_one_handler_for_a_topic_and_is_subscribed_before_the_start(stage: Stage) -> None:
    topic = stage.topic()
    broker = stage.broker()
    broker.subscribe(stage.readers, [topic], Recorder())
    with pytest.raises(ValueError, match=f"{stage.readers} has a handler"):
        broker.subscribe(stage.readers, [topic], Recorder())
    await broker.start()
    await broker.publish([])
    with pytest.raises(RuntimeError):
        broker.subscribe(stage.others, [topic], Recorder())
    with pytest.raises(RuntimeError):
        await broker.start()
