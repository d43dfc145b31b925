"""What the contract suite needs of each kind of broker, and the handlers that watch what they are given."""

import asyncio
import random
import secrets
import signal
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from chassis.broker import Broker, EmbeddedBroker, Message, Outgoing, RetryPolicy, dead_letter_topic

if TYPE_CHECKING:
    from tests.support.kafka import Kafka

QUICK = RetryPolicy(delays=(0.01, 0.02), transient_first=0.01, transient_most=0.05)
PATIENCE = 40.0  # seconds until a test gives up; a group's first joining takes Kafka a second or two


class Stage(ABC):
    """One kind of broker with its storage, which outlives the brokers that are made on it."""

    def __init__(self) -> None:
        self._made: list[Broker] = []
        # Groups that nobody else uses: one waits for a member that was left behind until its session is over.
        self.readers, self.others = f"readers-{secrets.token_hex(6)}", f"others-{secrets.token_hex(6)}"

    def topic(self) -> str:
        """A topic that nobody else uses, with its dead-letter topic."""
        name = f"test-{secrets.token_hex(6)}"
        self._make_topics(name, dead_letter_topic(name))
        return name

    def broker(self) -> Broker:
        """A broker on the storage, not started; stopped after the test if the test doesn't."""
        made = self._new()
        self._made.append(made)
        return made

    async def close(self) -> None:
        for broker in self._made:
            await broker.stop()

    @abstractmethod
    def silent(self) -> AbstractContextManager[None]:
        """While the block lasts the storage answers nobody, and nobody is refused either."""

    @abstractmethod
    def _make_topics(self, *names: str) -> None: ...

    @abstractmethod
    def _new(self) -> Broker: ...


class EmbeddedStage(Stage):
    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    @contextmanager
    def silent(self) -> Iterator[None]:
        with closing(sqlite3.connect(self._path, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            yield
            other.execute("ROLLBACK")

    def _make_topics(self, *names: str) -> None:
        """They come into being with their first message."""

    def _new(self) -> Broker:
        return EmbeddedBroker(self._path)


class KafkaStage(Stage):
    def __init__(self, kafka: "Kafka") -> None:
        super().__init__()
        self._kafka = kafka

    @contextmanager
    def silent(self) -> Iterator[None]:
        self._kafka.send(signal.SIGSTOP)
        try:
            yield
        finally:
            self._kafka.send(signal.SIGCONT)

    def _make_topics(self, *names: str) -> None:
        self._kafka.create_topics(*names, partitions=3)

    def _new(self) -> Broker:
        from chassis.broker.kafka import KafkaBroker  # half a second, which the embedded form need not pay

        return KafkaBroker(self._kafka.bootstrap)


class Recorder:
    """A handler that keeps what it was given; `fails` may raise for a message, and then the batch has no effect."""

    def __init__(self, fails: Callable[[Message], None] = lambda _: None) -> None:
        self._fails = fails
        self.messages: list[Message] = []
        self.calls: list[list[Message]] = []
        self._changed = asyncio.Event()

    async def __call__(self, batch: Sequence[Message]) -> None:
        self.calls.append(list(batch))
        self._changed.set()
        for message in batch:
            self._fails(message)
        self.messages += batch

    @property
    def values(self) -> list[bytes]:
        return [message.value for message in self.messages]

    async def until(self, true: Callable[[], bool]) -> None:
        """Waits until it holds; fails after a while."""
        async with asyncio.timeout(PATIENCE):
            while not true():
                self._changed.clear()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._changed.wait(), 0.02)

    async def until_given(self, count: int) -> None:
        await self.until(lambda: len(self.messages) >= count)


def events(topic: str, count: int, *, keys: int = 7, first: int = 0) -> list[Outgoing]:
    """So many messages, numbered in their values, spread over the keys at random."""
    dice = random.Random(first)
    return [Outgoing(topic, f"child-{dice.randrange(keys)}", b"%d" % n) for n in range(first, first + count)]


def by_key(messages: Iterable[Outgoing | Message]) -> dict[str, list[bytes]]:
    values: dict[str, list[bytes]] = {}
    for message in messages:
        values.setdefault(message.key, []).append(message.value)
    return values


async def started(broker: Broker) -> Broker:
    await broker.start()
    return broker
