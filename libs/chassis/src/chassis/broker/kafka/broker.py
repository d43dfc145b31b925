"""The broker on Apache Kafka, as `chassis.broker.port.Broker` describes.

kafka-python blocks, so it works in threads: one for publishing, one for looks (readiness, dead letters), one for
each consumer group.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any, TypeVar

from chassis.broker.dead_letter import replay_of
from chassis.broker.delivery import Delivery
from chassis.broker.kafka.clients import Clients, explained
from chassis.broker.kafka.consumer import GroupConsumer
from chassis.broker.kafka.letters import Letters
from chassis.broker.kafka.publisher import Publisher
from chassis.broker.kafka.standing import standing_of
from chassis.broker.port import (
    DEFAULT_RETRY,
    BrokerUnavailable,
    Handler,
    Message,
    Outgoing,
    RetryPolicy,
    Standing,
    check_size,
    dead_letter_topic,
    every,
)

T = TypeVar("T")


class KafkaBroker:
    """Broker on a Kafka cluster. The topics and their dead-letter topics are made by whoever deploys, not here."""

    def __init__(self, bootstrap: str, *, client_id: str = "kith", connection: Mapping[str, Any] | None = None) -> None:
        """`bootstrap`: `host:port`, several with commas. `connection`: kafka-python's settings for TLS and SASL."""
        self._clients = Clients(bootstrap, client_id, connection or {})
        self._publisher = Publisher(self._clients)
        self._publishing = ThreadPoolExecutor(max_workers=1, thread_name_prefix="kafka-publish")
        self._looking = ThreadPoolExecutor(max_workers=1, thread_name_prefix="kafka-look")
        self._admin: Any = None
        self._handlers: dict[str, dict[str, tuple[Handler, RetryPolicy]]] = {}
        self._groups: list[GroupConsumer] = []
        self._started = False
        self._running = False

    def subscribe(
        self, group: str, topics: Sequence[str], handler: Handler, *, retry: RetryPolicy = DEFAULT_RETRY
    ) -> None:
        if self._started:
            raise RuntimeError("subscribe before the broker is started")
        handlers = self._handlers.setdefault(group, {})
        for topic in topics:
            if topic in handlers:
                raise ValueError(f"group {group} has a handler for {topic} already")
            handlers[topic] = (handler, retry)

    async def start(self) -> None:
        if self._started:
            raise RuntimeError("a broker is started once; make a new one")
        self._started = self._running = True
        for group, handlers in self._handlers.items():
            deliveries = {
                topic: Delivery(group, handler, retry, self.publish) for topic, (handler, retry) in handlers.items()
            }
            consumer = GroupConsumer(group, deliveries, self._clients.consumer)
            self._groups.append(consumer)
            consumer.start()

    async def stop(self) -> None:
        for consumer in self._groups:
            consumer.stop()
        # In threads of its own: those for publishing are needed by handlers that are still at work.
        await asyncio.gather(*(asyncio.to_thread(consumer.join) for consumer in self._groups))
        if self._running:
            self._running = False
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(self._publishing, self._publisher.close)
            await loop.run_in_executor(self._looking, self._close_admin)
        self._publishing.shutdown()
        self._looking.shutdown()

    async def publish(self, messages: Sequence[Outgoing]) -> None:
        for message in messages:
            check_size(message)
        if messages:
            await self._in(self._publishing, lambda: self._publisher.publish(messages))

    async def ready(self) -> None:
        await self._in(self._looking, self._check_topics)
        failures = [f"{consumer.group}: {consumer.failure}" for consumer in self._groups if consumer.failure]
        if failures:
            raise BrokerUnavailable("; ".join(failures))

    async def standing(self) -> Standing:
        return await self._in(self._looking, lambda: self._asked(lambda admin: standing_of(admin, self._handlers)))

    async def dead_letters(self, topic: str, *, limit: int | None = 100) -> list[Message]:
        def look() -> list[Message]:
            with closing(Letters(self._clients, topic)) as letters:
                return letters.waiting(limit)

        return await self._in(self._looking, look)

    async def replay(self, topic: str, which: Callable[[Message], bool] = every) -> int:
        letters = await self._in(self._looking, lambda: Letters(self._clients, topic))
        try:
            replay = replay_of(await self._in(self._looking, letters.waiting), which)
            if replay.done:
                await self.publish(replay.publish)
                await self._in(self._looking, lambda: letters.replayed(replay.done))
        finally:
            await self._in(self._looking, letters.close)
        return replay.count

    def _check_topics(self) -> None:
        """Asks the cluster whether the topics of our groups, and their dead-letter topics, are there."""
        subscribed = {topic for handlers in self._handlers.values() for topic in handlers}
        wanted = subscribed | {dead_letter_topic(topic) for topic in subscribed}
        there = self._asked(lambda admin: set(admin.list_topics()))
        if missing := wanted - there:
            raise BrokerUnavailable(f"Kafka has no topic {', '.join(sorted(missing))}")

    def _asked(self, ask: Callable[[Any], T]) -> T:
        """What an administration client is told, which is made anew after it was told nothing."""
        try:
            if self._admin is None:
                self._admin = self._clients.admin()
            with explained():
                return ask(self._admin)
        except BrokerUnavailable:
            self._close_admin()
            raise

    def _close_admin(self) -> None:
        admin, self._admin = self._admin, None
        if admin is not None:
            admin.close()

    async def _in(self, thread: ThreadPoolExecutor, work: Callable[[], T]) -> T:
        if not self._running:
            raise BrokerUnavailable("the broker isn't running")
        return await asyncio.get_running_loop().run_in_executor(thread, work)
