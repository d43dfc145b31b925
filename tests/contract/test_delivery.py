"""The delivery rule and the dead letter, over every way in which messages may fail."""

import asyncio
import json
import re
from collections import Counter
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from chassis.broker import Message, Outgoing, RetryPolicy, Transient
from chassis.broker.dead_letter import revived, safe_text, to_dead_letter
from chassis.broker.delivery import Delivery

POLICY = RetryPolicy(delays=(0, 0), transient_first=0, transient_most=0)

# What becomes of a message at each attempt in which it is handled, the last for ever: g(ood), b(ad), t(ransient).
FATES = st.sampled_from(["g", "b", "tg", "ttttttg", "bg", "bbg", "bbbb", "tb", "btbtg", "bbtb"])


class Service:
    """A handler with a transaction: the batch takes effect whole or not at all, once for each message."""

    def __init__(self, fates: Sequence[str]) -> None:
        self.fates = fates
        self.effects: list[int] = []
        self.letters: list[Outgoing] = []
        self.committed: list[int] = []
        self.letters_fail = 0
        self._attempts: Counter[int] = Counter()

    async def handle(self, batch: Sequence[Message]) -> None:
        for message in batch:
            number = int(message.position)
            fate = self.fates[number]
            now = fate[min(self._attempts[number], len(fate) - 1)]
            self._attempts[number] += 1
            if now == "t":
                raise Transient
            if now == "b":
                raise ValueError("bad")
        self.effects += [number for message in batch if (number := int(message.position)) not in self.effects]

    async def publish(self, letters: Sequence[Outgoing]) -> None:
        if self.letters_fail:
            self.letters_fail -= 1
            raise Transient
        self.letters += letters

    async def done(self, message: Message) -> None:
        self.committed.append(int(message.position))
        settled = {*self.effects, *(int(letter.headers["dead-letter-position"]) for letter in self.letters)}
        assert settled >= set(range(self.committed[-1] + 1)), "the position moved past a message without its effect"


@given(st.lists(FATES, min_size=1, max_size=8), st.integers(0, 3))
def test_every_message_has_its_effect_or_is_a_dead_letter_in_order(fates: list[str], letters_fail: int) -> None:
    service = Service(fates)
    service.letters_fail = letters_fail
    batch = [Message("topic", "child", b"{}", {}, str(number)) for number in range(len(fates))]

    async def run() -> None:
        await Delivery("group", service.handle, POLICY, service.publish).deliver(batch, service.done)

    asyncio.run(run())
    dead = [int(letter.headers["dead-letter-position"]) for letter in service.letters]
    assert sorted(service.effects + dead) == list(range(len(fates)))
    assert service.effects == sorted(service.effects)
    assert dead == sorted(dead)
    assert service.committed[-1] == len(fates) - 1
    assert all("g" not in fates[number] for number in dead)


@given(st.integers(0, 12))
def test_a_stop_leaves_the_position_behind_what_was_done(after_calls: int) -> None:
    service = Service(["g", "b", "tg", "b", "g"])
    batch = [Message("topic", "child", b"{}", {}, str(number)) for number in range(5)]

    async def run() -> None:
        calls = 0

        async def handle(messages: Sequence[Message]) -> None:
            nonlocal calls
            calls += 1
            if calls > after_calls:
                delivery.stop()
            await service.handle(messages)

        delivery = Delivery("group", handle, POLICY, service.publish)
        await asyncio.gather(delivery.deliver(batch, service.done), return_exceptions=True)

    asyncio.run(run())  # Service.done has checked every commit


WORDS = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=12)


@given(st.dictionaries(WORDS, st.one_of(WORDS, st.integers(), st.lists(WORDS, max_size=3)), max_size=5), st.data())
def test_the_text_of_a_dead_letter_holds_no_word_of_the_message(
    content: dict[str, str | int | list[str]], data: st.DataObject
) -> None:
    message = Message("topic", "0199-child", json.dumps(content).encode(), {}, "1")
    values = [value for one in content.values() for value in (one if isinstance(one, list) else [str(one)])]
    quoted = data.draw(st.lists(st.sampled_from([*values, "column", "is missing"]), max_size=6))
    text = safe_text(ValueError(f"refused {' - '.join(quoted)!r} for 0199-child"), message)
    left = {word.casefold() for word in re.findall(r"\w+", text)}
    assert not left & {word.casefold() for value in values for word in re.findall(r"\w+", value)}
    assert "0199" not in text


def test_the_text_hides_what_a_library_quotes_shortened() -> None:
    message = Message("topic", "k", b'{"family_name": "Featherstonehaugh"}', {}, "1")
    text = safe_text(ValueError("input_value='Feathersto...haugh' at family_name"), message)
    assert text == "input_value='…...…' at family_name"


def test_a_dead_letter_revived_is_the_message_it_was() -> None:
    message = Message("topic", "child", b"\xff\x00", {"ce-id": "1", "traceparent": "00-1"}, "7")
    letter = to_dead_letter(message, group="readers", error=KeyError("x"), attempts=4)
    kept = Message(letter.topic, letter.key, letter.value, letter.headers, "1")
    assert revived(kept) == Outgoing("topic", "child", b"\xff\x00", {"ce-id": "1", "traceparent": "00-1"})
