"""A process that uses an embedded broker until it is killed.

`python -m tests.contract.embedded_process publish FILE FIRST`: publishes numbers from FIRST on, and prints each number
when it is acknowledged. `... consume FILE EFFECTS`: appends each number that it is given to the file EFFECTS.
"""

import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from chassis.broker import EmbeddedBroker, Message, Outgoing

TOPIC = "numbers"
BATCH = 3


async def publish(path: Path, first: int) -> None:
    broker = EmbeddedBroker(path)
    await broker.start()
    number = first
    while True:
        await broker.publish([Outgoing(TOPIC, "key", b"%d" % (number + n)) for n in range(BATCH)])
        number += BATCH
        os.write(1, b"%d\n" % (number - 1))


async def consume(path: Path, effects: Path) -> None:
    with effects.open("ab", buffering=0) as file:

        async def handle(batch: Sequence[Message]) -> None:
            # Line by line, so that a kill comes in the middle of a batch.
            for message in batch:
                file.write(message.value + b"\n")
                await asyncio.sleep(0.0005)

        broker = EmbeddedBroker(path)
        broker.subscribe("readers", [TOPIC], handle)
        await broker.start()
        os.write(1, b"ready\n")
        await asyncio.Event().wait()


if __name__ == "__main__":
    what, file, more = sys.argv[1:]
    asyncio.run(publish(Path(file), int(more)) if what == "publish" else consume(Path(file), Path(more)))
