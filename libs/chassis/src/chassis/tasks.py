"""Ending a background task for certain."""

import asyncio


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
