"""What only the embedded form must stand: being killed, being opened twice, and a file that doesn't grow for ever."""

import asyncio
import random
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from chassis.broker import BrokerUnavailable, EmbeddedBroker, Outgoing
from stack.programs import tied_to_us
from tests.contract import embedded_process
from tests.contract.stages import QUICK, Recorder

MODULE = "tests.contract.embedded_process"


def child(*arguments: object) -> subprocess.Popen[bytes]:
    command = tied_to_us([sys.executable, "-m", MODULE, *map(str, arguments)])
    return subprocess.Popen(command, stdout=subprocess.PIPE)


def acknowledged_until_killed(path: Path, first: int, seconds: float) -> int:
    """Lets a process publish from a number on, and kills it; the last number that it was acknowledged."""
    process = child("publish", path, first)
    assert process.stdout
    line = process.stdout.readline()
    time.sleep(seconds)
    process.kill()
    rest, _ = process.communicate()
    return int((line + rest).split()[-1])


async def everything_in(path: Path, count: int) -> list[int]:
    """The numbers that a new group is given, at least so many of them."""
    seen = Recorder()
    broker = EmbeddedBroker(path)
    broker.subscribe(f"group-{random.random()}", [embedded_process.TOPIC], seen)
    await broker.start()
    await seen.until_given(count)
    await asyncio.sleep(0.1)
    await broker.stop()
    return [int(value) for value in seen.values]


async def test_what_was_acknowledged_survives_kills_of_the_publisher(tmp_path: Path) -> None:
    path, first, dice = tmp_path / "events.sqlite", 0, random.Random(5)
    for _ in range(3):
        last = await asyncio.to_thread(acknowledged_until_killed, path, first, dice.uniform(0, 0.15))
        found = await everything_in(path, last + 1)
        # What was acknowledged, and perhaps one batch more that was written and not acknowledged any more.
        assert found == list(range(len(found)))
        assert last + 1 <= len(found) <= last + 1 + embedded_process.BATCH
        first = len(found)


async def test_a_killed_consumer_is_given_again_what_it_may_not_have_finished(tmp_path: Path) -> None:
    path, effects, dice = tmp_path / "events.sqlite", tmp_path / "effects", random.Random(7)
    effects.touch()
    broker = EmbeddedBroker(path)
    await broker.start()
    total = 1500
    await broker.publish([Outgoing(embedded_process.TOPIC, "key", b"%d" % n) for n in range(total)])
    await broker.stop()

    def numbers() -> list[int]:
        whole_lines = effects.read_text().rpartition("\n")[0]
        return [int(line) for line in whole_lines.split()]

    for _ in range(2):
        process = child("consume", path, effects)
        assert process.stdout
        await asyncio.to_thread(process.stdout.readline)
        await asyncio.sleep(dice.uniform(0.05, 0.4))
        process.kill()
        await asyncio.to_thread(process.communicate)
    process = child("consume", path, effects)
    deadline = time.monotonic() + 20
    while total - 1 not in numbers() and time.monotonic() < deadline:
        await asyncio.sleep(0.05)
    process.kill()
    await asyncio.to_thread(process.communicate)
    assert list(dict.fromkeys(numbers())) == list(range(total))


async def test_one_process_delivers_and_another_may_publish(tmp_path: Path) -> None:
    path, seen = tmp_path / "events.sqlite", Recorder()
    first, second, publisher = EmbeddedBroker(path), EmbeddedBroker(path), EmbeddedBroker(path)
    first.subscribe("readers", ["topic"], seen)
    second.subscribe("readers", ["topic"], Recorder())
    await first.start()
    with pytest.raises(BrokerUnavailable, match="another process delivers"):
        await second.start()
    await publisher.start()
    await publisher.publish([Outgoing("topic", "key", b"1")])
    await seen.until_given(1)
    for broker in (first, second, publisher):
        await broker.stop()


async def test_in_memory_it_delivers_alike(tmp_path: Path) -> None:
    seen = Recorder()
    broker = EmbeddedBroker(None)
    broker.subscribe("readers", ["topic"], seen)
    await broker.start()
    await broker.publish([Outgoing("topic", "key", b"%d" % n) for n in range(700)])
    await seen.until_given(700)
    assert [int(value) for value in seen.values] == list(range(700))
    await broker.stop()


async def test_old_messages_go_once_every_group_has_done_them(tmp_path: Path) -> None:
    path, prompt = tmp_path / "events.sqlite", Recorder()

    def chokes(_: object) -> None:
        raise ValueError("poison")

    async def run(*, keep: timedelta, with_slow: bool) -> None:
        broker = EmbeddedBroker(path, keep=keep)
        broker.subscribe("prompt", ["topic"], prompt, retry=QUICK)
        broker.subscribe("choking", ["poison"], Recorder(chokes), retry=QUICK)
        if with_slow:
            broker.subscribe("slow", ["topic"], Recorder(), retry=QUICK)
        await broker.start()
        await broker.publish([Outgoing("topic", "key", b"%d" % n) for n in range(20)])
        await broker.publish([Outgoing("poison", "key", b"poison")])
        await asyncio.sleep(0.3)
        await broker.stop()

    async def kept(topic: str) -> int:
        with closing(sqlite3.connect(path)) as connection:
            (count,) = connection.execute("SELECT count(*) FROM message WHERE topic = ?", (topic,)).fetchone()
        return int(count)

    await run(keep=timedelta(days=1), with_slow=True)
    assert await kept("topic") == 20
    await run(keep=timedelta(0), with_slow=False)
    # The first twenty were done by both groups. The next twenty wait for the group that isn't here this time, and a
    # dead letter for whoever replays it.
    assert await kept("topic") == 20
    assert await kept("poison.dead-letter") == 2


async def test_a_file_that_is_no_log_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "events.sqlite"
    path.write_text("this is not a database, " * 100)
    broker = EmbeddedBroker(path)
    with pytest.raises(BrokerUnavailable, match="not a database"):
        await broker.start()


async def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "events.sqlite"
    broker = EmbeddedBroker(path)
    await broker.start()
    await broker.publish([Outgoing("topic", "key", b"1")])
    assert {file.stat().st_mode & 0o777 for file in tmp_path.iterdir()} == {0o600}
    await broker.stop()
