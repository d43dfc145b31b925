"""What stands in the access log and among the overrides, for whoever looks after the service."""

from datetime import datetime
from typing import Final

from chassis.metrics import Gauge, Reading, Sample
from consent.application.ports import UnitOfWorkFactory

TREE_SIZE: Final = Gauge("kith_log_tree_size", "Entries that stand under the latest signed head")
HEAD_AT: Final = Gauge("kith_log_head_timestamp_seconds", "When the latest head was signed, in seconds since 1970")
UNSEQUENCED: Final = Gauge(
    "kith_log_unsequenced_oldest_seconds", "Age of the oldest entry that has no place in the tree; 0 where all have one"
)
OVERRIDES: Final = Gauge(
    "kith_overrides_unreviewed", "Overrides that nobody has reviewed, by how they were chased", ("state",)
)
STATES: Final = ("new", "reminded", "escalated")


def of_log(reading: UnitOfWorkFactory) -> Sample:
    async def sample() -> list[Reading]:
        async with reading() as uow:
            head, since, now = await uow.log.latest_head(), await uow.log.waits_since(), uow.now()
        readings = [UNSEQUENCED(0.0 if since is None else max(0.0, (now - since).total_seconds()))]
        readings.append(TREE_SIZE(0 if head is None else head.tree_size))
        if head is not None:
            readings.append(HEAD_AT(datetime.fromisoformat(head.timestamp).timestamp()))
        return readings

    return sample


def of_overrides(reading: UnitOfWorkFactory) -> Sample:
    async def sample() -> list[Reading]:
        async with reading() as uow:
            waiting = await uow.overrides.waiting()
        return [OVERRIDES(waiting.get(state, 0), state) for state in STATES]

    return sample
