"""A worker's tasks are kept up whatever ends them."""

import asyncio
from collections.abc import Iterator

from structlog.testing import capture_logs

from chassis.tasks import end, kept_up

FIRST, LONGEST = 0.1, 0.4


class Faulty:
    """A task of which each run lasts so long and then fails; after the last one it works for ever."""

    def __init__(self, *seconds: float) -> None:
        self._seconds: Iterator[float] = iter(seconds)
        self.works = asyncio.Event()

    async def run(self) -> None:
        for seconds in self._seconds:
            await asyncio.sleep(seconds)
            raise LookupError("the name of a child")
        self.works.set()
        await asyncio.Event().wait()


async def told_of(faulty: Faulty) -> list[float]:
    """The pauses that were told of until it worked."""
    with capture_logs() as lines:
        task = asyncio.ensure_future(kept_up(faulty.run, first_pause=FIRST, longest_pause=LONGEST))
        async with asyncio.timeout(10):
            await faulty.works.wait()
        await end(task)
    assert all(line["event"] == "worker.task_failed" and line["error_type"] == "LookupError" for line in lines)
    assert all(line["task"] == "Faulty.run" for line in lines)
    assert "child" not in str(lines)
    return [line["seconds"] for line in lines]


async def test_a_task_that_fails_is_begun_again_each_time_a_little_later() -> None:
    assert await told_of(Faulty(0, 0, 0, 0)) == [FIRST, FIRST * 2, LONGEST, LONGEST]


async def test_a_task_that_ran_well_for_long_is_begun_again_as_soon_as_at_first() -> None:
    assert await told_of(Faulty(0, 0, LONGEST * 2, 0)) == [FIRST, FIRST * 2, FIRST, FIRST * 2]


async def test_a_task_that_ends_without_a_word_is_begun_again() -> None:
    ends = 0
    again = asyncio.Event()

    async def work() -> None:
        nonlocal ends
        ends += 1
        if ends == 3:
            again.set()

    task = asyncio.ensure_future(kept_up(work, first_pause=FIRST, longest_pause=LONGEST))
    async with asyncio.timeout(10):
        await again.wait()
    await end(task)


async def test_it_ends_when_it_is_told_to() -> None:
    faulty = Faulty()
    task = asyncio.ensure_future(kept_up(faulty.run))
    await faulty.works.wait()
    await end(task)
    assert task.cancelled()
