"""How far the groups have come on Kafka, as its coordinator and the partitions' leaders tell it."""

from collections.abc import Iterable, Mapping
from typing import Any

from kafka import TopicPartition
from kafka.admin import OffsetSpec

from chassis.broker.kafka.clients import explained
from chassis.broker.kafka.letters import REPLAY_GROUP
from chassis.broker.port import Standing, dead_letter_topic


def standing_of(admin: Any, groups: Mapping[str, Iterable[str]]) -> Standing:
    """`groups`: the topics of each. Blocks; raises BrokerUnavailable where the cluster does not say."""
    pairs = {(group, topic) for group, topics in groups.items() for topic in topics}
    letters = {topic: (REPLAY_GROUP, dead_letter_topic(topic)) for _, topic in pairs}
    wanted = pairs | set(letters.values())
    with explained():
        described = admin.describe_topics(sorted({topic for _, topic in wanted}))
        partitions = {
            topic["name"]: [TopicPartition(topic["name"], each["partition_index"]) for each in topic["partitions"]]
            for topic in described
        }
        every = [partition for some in partitions.values() for partition in some]
        ends = admin.list_partition_offsets(dict.fromkeys(every, OffsetSpec.LATEST))
        begins = admin.list_partition_offsets(dict.fromkeys(every, OffsetSpec.EARLIEST))
        done = admin.list_group_offsets(sorted({group for group, _ in wanted}))

    def behind(group: str, topic: str) -> int:
        total = 0
        for partition in partitions[topic]:
            committed = done.get(group, {}).get(partition)
            # A group that has committed nothing begins with the oldest message that is kept.
            reached = max(begins[partition].offset, -1 if committed is None else committed.offset)
            total += max(0, ends[partition].offset - reached)
        return total

    return Standing(
        lags={pair: behind(*pair) for pair in pairs},
        dead_letters={topic: behind(*pair) for topic, pair in letters.items()},
    )
