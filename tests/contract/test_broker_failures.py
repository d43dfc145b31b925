"""What every broker does when a handler fails, played on each of them alike."""

import asyncio

from chassis.broker import MAX_MESSAGE_BYTES, Message, Outgoing, Transient, dead_letter_topic
from tests.contract.stages import PATIENCE, QUICK, Recorder, Stage, by_key, events, started


async def test_poison_goes_to_the_dead_letters_and_the_rest_go_on(stage: Stage) -> None:
    topic = stage.topic()

    def chokes(message: Message) -> None:
        if b"poison" in message.value:
            raise ValueError("no place called Rotherham for poison in field 'town'")

    seen, others = Recorder(chokes), Recorder()
    broker = stage.broker()
    broker.subscribe(stage.readers, [topic], seen, retry=QUICK)
    broker.subscribe(stage.others, [topic], others)
    await broker.start()
    sent = events(topic, 60)
    poison = Outgoing(topic, sent[20].key, b'{"kind": "poison", "town": "Rotherham"}', {"ce-id": "p"})
    await broker.publish([*sent[:20], poison, *sent[20:]])
    await seen.until_given(60)
    await others.until_given(61)
    assert by_key(seen.messages) == by_key(sent)

    (letter,) = await broker.dead_letters(topic)
    assert (letter.topic, letter.key, letter.value) == (dead_letter_topic(topic), poison.key, poison.value)
    why = letter.headers
    assert why["ce-id"] == "p"
    assert (why["dead-letter-group"], why["dead-letter-topic"]) == (stage.readers, topic)
    assert why["dead-letter-error"] == "ValueError"
    assert why["dead-letter-text"] == "no place called … for … in field 'town'"
    assert "chokes" in why["dead-letter-trace"]
    assert why["dead-letter-attempts"] == "3"


async def test_a_handler_that_is_cancelled_from_within_has_failed_like_any_other(stage: Stage) -> None:
    topic = stage.topic()

    def cancelled(message: Message) -> None:
        if message.value == b"poison":
            raise asyncio.CancelledError

    seen = Recorder(cancelled)
    broker = stage.broker()
    broker.subscribe(stage.readers, [topic], seen, retry=QUICK)
    await broker.start()
    await broker.publish([Outgoing(topic, "c", b"poison"), Outgoing(topic, "c", b"next")])
    await seen.until_given(1)
    (letter,) = await broker.dead_letters(topic)
    assert letter.headers["dead-letter-error"] == "asyncio.exceptions.CancelledError"


async def test_a_message_that_succeeds_on_a_later_attempt_is_no_dead_letter(stage: Stage) -> None:
    topic, failures = stage.topic(), iter(range(2))

    def twice(_: Message) -> None:
        if next(failures, None) is not None:
            raise ValueError("not yet")

    seen = Recorder(twice)
    broker = stage.broker()
    broker.subscribe(stage.readers, [topic], seen, retry=QUICK)
    await broker.start()
    await broker.publish([Outgoing(topic, "c", b"1")])
    await seen.until_given(1)
    assert seen.values == [b"1"]
    assert await broker.dead_letters(topic) == []


async def test_a_transient_failure_is_waited_out_and_loses_nothing(stage: Stage) -> None:
    topic, away = stage.topic(), asyncio.Event()
    away.set()

    def database_away(_: Message) -> None:
        if away.is_set():
            raise Transient("the database is away")

    seen = Recorder(database_away)
    broker = stage.broker()
    broker.subscribe(stage.readers, [topic], seen, retry=QUICK)
    await broker.start()
    sent = events(topic, 80)
    await broker.publish(sent)
    # Many more attempts than the retry policy has for a message that is at fault itself.
    await seen.until(lambda: len(seen.calls) >= 12)
    assert seen.messages == []
    away.clear()
    await seen.until_given(80)
    assert by_key(seen.messages) == by_key(sent)
    assert await broker.dead_letters(topic) == []


async def test_storage_that_does_not_answer_for_a_while_is_waited_for(stage: Stage) -> None:
    topic, seen = stage.topic(), Recorder()
    broker = stage.broker()
    broker.subscribe(stage.readers, [topic], seen, retry=QUICK)
    await broker.start()
    sent = events(topic, 40)
    await broker.publish(sent[:20])
    await seen.until_given(20)
    with stage.silent():
        publishing = asyncio.create_task(broker.publish(sent[20:]))
        await asyncio.sleep(1)
        assert not publishing.done()
    await publishing
    await seen.until_given(40)
    # What was in hand when it fell silent may be given again; nothing is lost or overtaken.
    assert {key: list(dict.fromkeys(values)) for key, values in by_key(seen.messages).items()} == by_key(sent)
    assert await broker.dead_letters(topic) == []


async def test_a_stop_while_waiting_out_a_failure_is_quick_and_loses_nothing(stage: Stage) -> None:
    topic, after = stage.topic(), Recorder()

    def database_away(_: Message) -> None:
        raise Transient

    before = Recorder(database_away)
    broker = stage.broker()
    broker.subscribe(stage.readers, [topic], before)
    await broker.start()
    await broker.publish(events(topic, 10))
    await before.until(lambda: len(before.calls) >= 2)
    await asyncio.wait_for(broker.stop(), PATIENCE)
    again = stage.broker()
    again.subscribe(stage.readers, [topic], after)
    await again.start()
    await after.until_given(10)
    assert sorted(after.values) == sorted(b"%d" % n for n in range(10))


async def test_dead_letters_can_be_replayed_once(stage: Stage) -> None:
    topic, repaired = stage.topic(), asyncio.Event()

    def broken(message: Message) -> None:
        if message.value.startswith(b"bad") and not repaired.is_set():
            raise KeyError("field")

    seen = Recorder(broken)
    broker = stage.broker()
    broker.subscribe(stage.readers, [topic], seen, retry=QUICK)
    await broker.start()
    bad = [Outgoing(topic, f"child-{n}", b"bad %d" % n, {"ce-id": str(n)}) for n in range(5)]
    await broker.publish([*bad, Outgoing(topic, "child-0", b"good")])
    async with asyncio.timeout(PATIENCE):
        while len(await broker.dead_letters(topic)) < 5:
            await asyncio.sleep(0.05)
    assert len(await broker.dead_letters(topic, limit=2)) == 2

    repaired.set()
    operator = await started(stage.broker())
    assert await operator.replay(topic) == 5
    await seen.until_given(6)
    replayed = {message.value: dict(message.headers) for message in seen.messages if message.value != b"good"}
    assert replayed == {letter.value: dict(letter.headers) for letter in bad}
    assert await operator.dead_letters(topic) == []
    assert await operator.replay(topic) == 0


async def test_some_dead_letters_can_be_replayed_and_the_others_stay(stage: Stage) -> None:
    topic, repaired = stage.topic(), asyncio.Event()

    def broken(message: Message) -> None:
        if not repaired.is_set():
            raise KeyError("field")

    seen, others = Recorder(broken), Recorder(broken)
    broker = stage.broker()
    broker.subscribe(stage.readers, [topic], seen, retry=QUICK)
    broker.subscribe(stage.others, [topic], others, retry=QUICK)
    await broker.start()
    await broker.publish([Outgoing(topic, f"child-{n}", b"%d" % n) for n in range(6)])
    async with asyncio.timeout(PATIENCE):
        while len(await broker.dead_letters(topic)) < 12:
            await asyncio.sleep(0.05)
    first = await broker.dead_letters(topic)

    repaired.set()
    assert await broker.replay(topic, lambda letter: letter.value in {b"1", b"4"}) == 4
    await seen.until_given(2)
    await others.until_given(2)
    left = await broker.dead_letters(topic)

    def told(letters: list[Message]) -> list[tuple[bytes, str, str]]:
        return sorted((one.value, one.headers["dead-letter-group"], one.headers["dead-letter-at"]) for one in letters)

    assert told(left) == told([one for one in first if one.value not in {b"1", b"4"}])
    assert await broker.replay(topic, lambda _: False) == 0
    assert await broker.replay(topic) == 8
    await seen.until_given(6)
    await others.until_given(6)
    # What two groups gave up was published once.
    assert sorted(seen.values) == sorted(others.values) == [b"%d" % n for n in range(6)]
    assert await broker.dead_letters(topic, limit=None) == []


async def test_the_largest_message_can_become_a_dead_letter(stage: Stage) -> None:
    topic = stage.topic()

    def chokes(message: Message) -> None:
        if len(message.value) > 10:
            raise ValueError("x" * 10_000)

    seen = Recorder(chokes)
    broker = stage.broker()
    broker.subscribe(stage.readers, [topic], seen, retry=QUICK)
    await broker.start()
    await broker.publish([Outgoing(topic, "c", b"\xff" * (MAX_MESSAGE_BYTES - 1)), Outgoing(topic, "c", b"next")])
    await seen.until_given(1)
    assert seen.values == [b"next"]
    assert len(await broker.dead_letters(topic)) == 1
