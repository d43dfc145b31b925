"""Dead letters on Kafka: those behind the replay group's offsets are still to be replayed."""

from typing import Any, Final

from kafka import OffsetAndMetadata, TopicPartition

from chassis.broker.kafka.clients import Clients, as_message, explained
from chassis.broker.port import BrokerUnavailable, Message, dead_letter_topic

REPLAY_GROUP: Final = "kith.dead-letter-replay"
_WAIT_MS: Final = 10_000  # for what is known to be there


class Letters:
    """The dead letters of one topic, opened for one look. Everything blocks."""

    def __init__(self, clients: Clients, topic: str) -> None:
        self._topic = dead_letter_topic(topic)
        self._consumer = clients.consumer(REPLAY_GROUP)

    def close(self) -> None:
        self._consumer.close(autocommit=False)

    def waiting(self, limit: int | None = None) -> list[Message]:
        """Those not yet replayed, in the order of each partition; all that were there when asked, or `limit`."""
        with explained():
            ends = self._open_ends()
            found: list[Message] = []
            while ends and (limit is None or len(found) < limit):
                polled: dict[Any, list[Any]] = self._consumer.poll(_WAIT_MS)
                if not polled:
                    raise BrokerUnavailable(f"Kafka did not hand out what is in {self._topic}")
                for partition, records in polled.items():
                    found += [as_message(record) for record in records if record.offset < ends.get(partition, 0)]
                ends = {tp: end for tp, end in ends.items() if self._consumer.position(tp) < end}
            return found[:limit]

    def replayed(self, letters: list[Message]) -> None:
        """Marks these, and those before them in their partitions, as replayed."""
        offsets: dict[Any, Any] = {}
        for letter in letters:
            partition, _, offset = letter.position.partition(":")
            offsets[TopicPartition(self._topic, int(partition))] = OffsetAndMetadata(int(offset) + 1, "", -1)
        with explained():
            self._consumer.commit(offsets)

    def _open_ends(self) -> dict[Any, int]:
        """Begins at the replay group's offsets; the ends of those partitions that have something behind them."""
        partitions = [TopicPartition(self._topic, n) for n in self._consumer.partitions_for_topic(self._topic)]
        if not partitions:
            raise BrokerUnavailable(f"Kafka has no topic {self._topic}")
        self._consumer.assign(partitions)
        ends = self._consumer.end_offsets(partitions)
        return {tp: end for tp, end in ends.items() if self._consumer.position(tp) < end}
