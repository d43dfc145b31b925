"""A member of a group that kafka-python would leave without partitions for ever."""

import secrets
import time
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from chassis.broker.kafka.clients import Clients
from chassis.broker.kafka.membership import has_joined
from chassis.broker.kafka.topics import Topic, TopicAdmin

if TYPE_CHECKING:
    from tests.support.kafka import Kafka


def test_a_join_that_ends_between_two_polls_is_not_lost(kafka: "Kafka") -> None:
    """The handler's side takes its time between polls whenever the machine is busy; here it sleeps."""
    topic = f"test-{secrets.token_hex(6)}"
    kafka.create_topics(topic, partitions=3)
    consumer = Clients(kafka.bootstrap, "kith-tests", {}).consumer(f"readers-{secrets.token_hex(6)}")
    try:
        consumer.subscribe([topic])
        assert consumer.partitions_for_topic(topic) == {0, 1, 2}
        until(lambda: polled(consumer) and len(consumer.assignment()) == 3)

        more = Topic(topic, 6, 1, 1, timedelta(days=1), compacted=False)
        with TopicAdmin(kafka.bootstrap) as admin:
            admin.mend(admin.differences([more]), add_partitions=True)
        # Asked for a topic that it does not know, the client looks at them all.
        until(lambda: consumer.partitions_for_topic("no-such-topic") == set() and six(consumer, topic))
        consumer.poll(1)  # too short to join in
        time.sleep(1)
        until(lambda: polled(consumer) and len(consumer.assignment()) == 6)
    finally:
        consumer.close(autocommit=False)


def six(consumer: object, topic: str) -> bool:
    return len(consumer.partitions_for_topic(topic)) == 6  # type: ignore[attr-defined]


def polled(consumer: object) -> bool:
    consumer.poll(100)  # type: ignore[attr-defined]
    return has_joined(consumer)


def until(true: Callable[[], bool], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come about"
