"""The topics that a cluster should have, and how it differs from that. Used by whoever deploys, never by a service."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import TracebackType
from typing import Any, Final, Self

from kafka.admin import ConfigResource, ConfigResourceType

from chassis.broker.kafka.clients import BATCH_BYTES, Clients, explained

# What a producer sends at once is at most one batch, with its own header; Kafka's usual limit, and not to be less.
_MESSAGE_BYTES: Final = max(1_048_588, BATCH_BYTES)
_MADE_WITHIN_MS: Final = 15_000


@dataclass(frozen=True)
class Topic:
    """A topic as it should be. `min_insync`: how many replicas must have a message before it counts as published."""

    name: str
    partitions: int
    replication: int
    min_insync: int
    retention: timedelta
    compacted: bool

    def settings(self) -> dict[str, str]:
        """Kafka's own names and values."""
        return {
            "cleanup.policy": "compact" if self.compacted else "delete",
            "retention.ms": str(round(self.retention.total_seconds() * 1000)),
            "min.insync.replicas": str(self.min_insync),
            "max.message.bytes": str(_MESSAGE_BYTES),
        }


class Kind(StrEnum):
    """What a difference is about, and with it who may mend it."""

    MISSING = "missing"
    SETTING = "setting"
    FEWER_PARTITIONS = "fewer partitions"
    """Mended only where asked for: it gives keys another partition, in which they may overtake themselves."""
    MORE_PARTITIONS = "more partitions"
    """Not to be mended: partitions cannot be taken away."""
    REPLICATION = "replication"
    """Not mended here: replicas are moved by the cluster's own tools."""


@dataclass(frozen=True)
class Difference:
    """In `topic`, `what` is `there` and should be `wanted`."""

    topic: Topic
    kind: Kind
    what: str
    there: str
    wanted: str

    def __str__(self) -> str:
        if self.kind is Kind.MISSING:
            return f"{self.topic.name}: not there"
        return f"{self.topic.name}: {self.what} is {self.there}, should be {self.wanted}"


class TopicAdmin:
    """An open look at a cluster's topics. Everything blocks, and raises BrokerUnavailable where the cluster is away or
    refuses."""

    def __init__(self, bootstrap: str, connection: Mapping[str, Any] | None = None) -> None:
        self._admin = Clients(bootstrap, "kith-topics", connection or {}).admin()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._admin.close()

    def differences(self, wanted: Sequence[Topic]) -> list[Difference]:
        """In the order of the topics wanted; those that the cluster has besides are nobody's matter."""
        with explained():
            present = set(self._admin.list_topics())
            there = [topic for topic in wanted if topic.name in present]
            described = {each["name"]: each for each in self._admin.describe_topics([topic.name for topic in there])}
            configs = self._settings_of(there)
        found = [Difference(topic, Kind.MISSING, "", "", "") for topic in wanted if topic.name not in present]
        for topic in there:
            partitions = described[topic.name]["partitions"]
            copies = min(len(each["replica_nodes"]) for each in partitions)
            found += _in_numbers(topic, len(partitions), copies)
            found += [
                Difference(topic, Kind.SETTING, name, configs[topic.name][name], value)
                for name, value in topic.settings().items()
                if configs[topic.name][name] != value
            ]
        return found

    def mend(self, differences: Sequence[Difference], *, add_partitions: bool = False) -> list[Difference]:
        """Makes and changes what it may; those that it has mended."""
        missing = [each for each in differences if each.kind is Kind.MISSING]
        with explained():
            if missing:
                self._make([each.topic for each in missing])
            return missing + [each for each in differences if self._changed(each, add_partitions=add_partitions)]

    def _make(self, topics: Sequence[Topic]) -> None:
        """Returns when each partition has its leader."""
        wanted = {
            topic.name: {
                "num_partitions": topic.partitions,
                "replication_factor": topic.replication,
                "configs": topic.settings(),
            }
            for topic in topics
        }
        self._admin.create_topics(wanted)
        self._admin.wait_for_topics([*wanted], timeout_ms=_MADE_WITHIN_MS)

    def _changed(self, difference: Difference, *, add_partitions: bool) -> bool:
        topic = difference.topic
        match difference.kind:
            case Kind.SETTING:
                changed = {difference.what: difference.wanted}
                self._admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic.name, changed)])
            case Kind.FEWER_PARTITIONS if add_partitions:
                self._admin.create_partitions({topic.name: topic.partitions})
            case _:
                return False
        return True

    def _settings_of(self, topics: Sequence[Topic]) -> dict[str, dict[str, str]]:
        if not topics:
            return {}
        asked = [ConfigResource(ConfigResourceType.TOPIC, topic.name, [*topic.settings()]) for topic in topics]
        found = self._admin.describe_configs(asked, config_filter="all")["topic"]
        return {
            name: {setting: str(each["value"]) for setting, each in settings.items()}
            for name, settings in found.items()
        }


def _in_numbers(topic: Topic, partitions: int, copies: int) -> list[Difference]:
    found = []
    if partitions != topic.partitions:
        kind = Kind.FEWER_PARTITIONS if partitions < topic.partitions else Kind.MORE_PARTITIONS
        found.append(Difference(topic, kind, "partitions", str(partitions), str(topic.partitions)))
    if copies != topic.replication:
        found.append(Difference(topic, Kind.REPLICATION, "replication", str(copies), str(topic.replication)))
    return found
