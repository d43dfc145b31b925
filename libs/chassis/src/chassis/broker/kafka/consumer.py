"""One consumer group's member: polls Kafka in a thread, has batches delivered on the event loop, commits behind them.

A partition is in hand from the poll that returned messages of it until those are done. One that takes long (a failing
message, a database that is away) is paused meanwhile, so that the others go on and Kafka still sees the member polling.
"""

import asyncio
import logging
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Final

from kafka import ConsumerRebalanceListener, OffsetAndMetadata, TopicPartition
from kafka.errors import KafkaError

from chassis.broker.dead_letter import class_name
from chassis.broker.delivery import Delivery, DeliveryStopped
from chassis.broker.kafka.clients import as_message, offset_of
from chassis.broker.kafka.membership import has_joined
from chassis.broker.port import MAX_BATCH, BrokerUnavailable, Message

log = logging.getLogger(__name__)

# All that was fetched, never a part: kafka-python 3.0.12 forgets what it parsed and did not hand out of a partition
# that is paused then, and fetches nothing more of it after it is resumed. How much is fetched is limited in bytes.
_ALL: Final = sys.maxsize
# While the group rebalances, nothing but polling: kafka-python joins anew if a join was completed between two polls.
_JOIN_POLL_MS: Final = 1_000
_IDLE_POLL_MS: Final = 250
_BUSY_POLL_MS: Final = 50  # while a partition is paused: how late its end may be noticed
_PATIENCE: Final = 0.25  # seconds that a batch is waited for before its partition is paused
_GRACE: Final = 2.0  # seconds that a handler at work is given to finish when its partition must be given up
_JOIN_SECONDS: Final = 15.0
_COMMIT_MS: Final = 3_000
_AGAIN: Final = 1.0  # seconds until a member that failed joins again


class _InHand:
    """What was polled of a partition and is being delivered on the event loop."""

    def __init__(self) -> None:
        self.ended = threading.Event()
        self.failure: BaseException | None = None
        self.next_offset: int | None = None  # to commit: all before it is done
        self.paused = False
        self._task: asyncio.Task[None] | None = None

    def begin(self, work: Callable[[], Coroutine[None, None, None]]) -> None:
        self._task = asyncio.get_running_loop().create_task(work())
        self._task.add_done_callback(self._end)

    def cancel(self) -> None:
        if self._task:
            self._task.cancel()

    def _end(self, task: asyncio.Task[None]) -> None:
        # Cancelled by others than us, it has not had its effect; whom we cancel we have given up already.
        self.failure = RuntimeError("the delivery was cancelled") if task.cancelled() else task.exception()
        self.ended.set()


class GroupConsumer:
    """A member of a consumer group, with one Delivery for each of its topics."""

    def __init__(self, group: str, deliveries: Mapping[str, Delivery], connect: Callable[[str], Any]) -> None:
        self.group = group
        self._deliveries = deliveries
        self._connect = connect
        self._loop = asyncio.get_running_loop()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"kafka-group-{group}", daemon=True)
        self._in_hand: dict[TopicPartition, _InHand] = {}
        self._to_commit: dict[TopicPartition, int] = {}
        self._on_its_way: dict[TopicPartition, int] = {}
        self._lost_at = 0.0  # when the commit on its way counts as lost
        self.failure: str | None = "has not joined yet"
        """Why the group isn't being served, or None."""

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Asks it to end; `join` waits for it."""
        self._stopping.set()
        for delivery in self._deliveries.values():
            delivery.stop()

    def join(self) -> None:
        """Blocks until the batch in hand is finished or abandoned and the group has been left.

        It does not wait for ever: kafka-python waits for a cluster that is away without an end in places.
        """
        self._thread.join(_JOIN_SECONDS)
        if self._thread.is_alive():
            log.error("broker.consumer-hangs group=%s: it is left behind", self.group)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                consumer = self._connect(self.group)
                try:
                    self._consume(consumer)
                finally:
                    self._abandon(list(self._in_hand))
                    self._to_commit, self._on_its_way = {}, {}
                    consumer.close(autocommit=False, timeout_ms=_COMMIT_MS)
            except Exception as error:
                self.failure = str(error) if isinstance(error, BrokerUnavailable) else class_name(error)
                log.error("broker.consumer-failed group=%s why=%s: joins again", self.group, self.failure)  # noqa: TRY400
                self._stopping.wait(_AGAIN)

    def _consume(self, consumer: Any) -> None:
        consumer.subscribe(topics=list(self._deliveries), listener=_Rebalance(self._abandon))
        # Before the first poll, which joins, and behind subscribing, from when on the client notes partitions: it joins
        # with what it has noted, and again as soon as it has noted more.
        missing = [topic for topic in self._deliveries if not consumer.partitions_for_topic(topic)]
        if missing:
            raise BrokerUnavailable(f"Kafka has no topic {', '.join(missing)}")
        joined = False
        while not self._stopping.is_set():
            wait = _JOIN_POLL_MS if not joined else _BUSY_POLL_MS if self._in_hand else _IDLE_POLL_MS
            polled = consumer.poll(wait, max_records=_ALL)
            self.failure = None
            for partition, records in polled.items():
                self._take_in_hand(consumer, partition, records)
            joined = has_joined(consumer)
            if joined:
                self._settle(consumer, patience=_PATIENCE)
                self._commit(consumer)
        for batch in self._in_hand.values():
            batch.paused = False  # so that each is waited for
        self._settle(consumer, patience=_GRACE)
        self._commit_and_wait(consumer)

    def _take_in_hand(self, consumer: Any, partition: TopicPartition, records: Sequence[Any]) -> None:
        if partition in self._in_hand:
            # A rebalance may have forgotten the pause: never two batches of a partition at once.
            consumer.pause(partition)
            consumer.seek(partition, records[0].offset)
            return
        batch = self._in_hand[partition] = _InHand()
        messages = [as_message(record) for record in records]
        self._loop.call_soon_threadsafe(batch.begin, partial(self._deliver, messages, batch))

    async def _deliver(self, messages: Sequence[Message], batch: _InHand) -> None:
        async def done(message: Message) -> None:
            batch.next_offset = offset_of(message) + 1

        delivery = self._deliveries[messages[0].topic]
        for first in range(0, len(messages), MAX_BATCH):
            await delivery.deliver(messages[first : first + MAX_BATCH], done)

    def _settle(self, consumer: Any, *, patience: float) -> None:
        """Notes what is done, lets go of what has ended, pauses what hasn't."""
        deadline = time.monotonic() + patience
        failure: BaseException | None = None
        for partition, batch in list(self._in_hand.items()):
            ended = batch.ended.wait(0 if batch.paused else max(0.0, deadline - time.monotonic()))
            if batch.next_offset is not None:
                self._to_commit[partition] = batch.next_offset
            if ended:
                del self._in_hand[partition]
                failure = failure or batch.failure
                if batch.paused:
                    consumer.resume(partition)
            elif not batch.paused:
                consumer.pause(partition)
                batch.paused = True
        if failure and not isinstance(failure, DeliveryStopped):
            raise failure  # not a handler's: joining again delivers again what wasn't committed

    def _commit(self, consumer: Any) -> None:
        """Sends what is to be committed, without waiting for it: one request at a time, so that none is overtaken."""
        if not self._to_commit or (self._on_its_way and time.monotonic() < self._lost_at):
            return
        self._on_its_way |= self._to_commit
        self._to_commit = {}
        self._lost_at = time.monotonic() + _COMMIT_MS / 1000
        consumer.commit_async(_as_offsets(self._on_its_way), callback=self._committed)

    def _committed(self, _: object, result: object) -> None:
        """What came of a commit; the client calls it from within poll."""
        if isinstance(result, Exception):
            # Tried again behind the next poll; whoever gets the partition meanwhile sees the messages twice.
            log.warning("broker.commit-failed group=%s error=%s", self.group, class_name(result))
            self._to_commit = self._on_its_way | self._to_commit
        self._on_its_way = {}

    def _commit_and_wait(self, consumer: Any) -> None:
        if offsets := self._on_its_way | self._to_commit:
            try:
                consumer.commit(_as_offsets(offsets), timeout_ms=_COMMIT_MS)
            except KafkaError as error:
                log.warning("broker.commit-failed group=%s error=%s", self.group, class_name(error))

    def _abandon(self, partitions: Iterable[TopicPartition]) -> None:
        """Gives partitions up; returns when none of their handlers is at work, so that the next owner comes after.

        Kafka's client calls it in its own thread while ours waits in poll or close.
        """
        given_up = [self._in_hand.pop(partition) for partition in partitions if partition in self._in_hand]
        for partition in partitions:
            self._to_commit.pop(partition, None)
            self._on_its_way.pop(partition, None)
        deadline = time.monotonic() + _GRACE
        for batch in given_up:
            self._loop.call_soon_threadsafe(batch.cancel)
        for batch in given_up:
            if not batch.ended.wait(max(0.0, deadline - time.monotonic())):
                log.error("broker.handler-hangs group=%s: its partition is given up all the same", self.group)


def _as_offsets(positions: Mapping[TopicPartition, int]) -> dict[TopicPartition, OffsetAndMetadata]:
    return {partition: OffsetAndMetadata(offset, "", -1) for partition, offset in positions.items()}


class _Rebalance(ConsumerRebalanceListener):  # type: ignore[misc]
    def __init__(self, revoked: Callable[[Iterable[TopicPartition]], None]) -> None:
        self._revoked = revoked

    def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        self._revoked(revoked)

    def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        pass
