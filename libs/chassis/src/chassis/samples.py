"""What every service has that stands somewhere: events that wait to be handed on, messages that wait for a group,
connections in use."""

from collections.abc import Sequence
from typing import Any, Final, cast

from sqlalchemy.pool import QueuePool

from chassis.broker import Broker
from chassis.database import Database
from chassis.metrics import Gauge, Reading, Sample
from chassis.outbox import BACKLOG_MOST, OutboxRelay

OUTBOX: Final = Gauge("kith_outbox_events", f"Events not handed to the broker yet, up to {BACKLOG_MOST}", ("part",))
OUTBOX_OLDEST: Final = Gauge(
    "kith_outbox_oldest_seconds", "Age of the oldest of them; 0 where there is none", ("part",)
)
LAG: Final = Gauge("kith_consumer_lag", "Messages of a topic that a group has not done yet", ("group", "topic"))
DEAD_LETTERS: Final = Gauge("kith_dead_letters_waiting", "Dead letters of a topic that nobody replayed yet", ("topic",))
POOL_USED: Final = Gauge("kith_database_connections_in_use", "Connections of the pool that are taken", ("part",))
POOL_SIZE: Final = Gauge("kith_database_connections_limit", "Connections that the pool may have", ("part",))


def of_outbox(part: str, relay: OutboxRelay) -> Sample:
    async def sample() -> list[Reading]:
        backlog = await relay.backlog()
        return [OUTBOX(backlog.count, part), OUTBOX_OLDEST(backlog.oldest_seconds, part)]

    return sample


def of_broker(broker: Broker) -> Sample:
    async def sample() -> list[Reading]:
        standing = await broker.standing()
        return [
            *(LAG(count, *group_and_topic) for group_and_topic, count in standing.lags.items()),
            *(DEAD_LETTERS(count, topic) for topic, count in standing.dead_letters.items()),
        ]

    return sample


def of_pool(part: str, database: Database) -> Sample:
    """The consent service's decisions on PostgreSQL have two connections of their own, which are not counted here."""

    async def sample() -> Sequence[Reading]:
        pool = cast(Any, database.engine.sync_engine.pool)
        if not isinstance(pool, QueuePool):
            return ()
        return [POOL_USED(pool.checkedout(), part), POOL_SIZE(pool.size(), part)]

    return sample
