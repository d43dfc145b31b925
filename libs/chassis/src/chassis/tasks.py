"""Background tasks: kept up while they run, ended for certain."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import structlog

log = structlog.get_logger("kith.worker")


async def kept_up(
    work: Callable[[], Awaitable[None]], *, first_pause: float = 0.5, longest_pause: float = 30.0
) -> None:
    """Runs a task of the worker until it is cancelled. Each deals with the faults that it knows; should one end by
    another, that is told, and it begins again: a process that looks well must not have stopped half of its work.

    The pause before (seconds) doubles with each end, and is the first again after a run that was longer than the
    longest: so that a fault a month is not taken for one that stays.
    """
    pause = first_pause
    while True:
        began = time.monotonic()
        try:
            await work()
        except Exception as error:
            failed = type(error).__qualname__
        else:
            failed = ""
        if time.monotonic() - began > longest_pause:
            pause = first_pause
        if failed:
            name = getattr(work, "__qualname__", type(work).__qualname__)
            log.error("worker.task_failed", task=name, error_type=failed, seconds=pause)
        await asyncio.sleep(pause)
        pause = min(pause * 2, longest_pause)


async def end(task: "asyncio.Task[None]") -> None:
    """Cancels until the task has ended, and takes its result.

    Once may not be enough: where a wait ends in the very moment of the cancellation, a library in between can lose it
    (`asyncio.wait_for` of Python 3.11 does), and the task would go on for ever.
    """
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=1.0)
    if not task.cancelled():
        task.result()
