"""Whether a consumer is a member of its group, and a way out of where kafka-python 3.0.12 would never be one again."""

from typing import Any

from kafka.structs import MemberState


def has_joined(consumer: Any) -> bool:
    """Whether it has; to be asked behind each poll.

    A member that joins anew because a topic's partitions have changed has noted them by the time that it is told its
    own, and kafka-python then sees no more reason to join. Where that falls between two polls, as it does on a busy
    machine, nobody takes what it was told: it reads nothing more, no longer says that it lives, and Kafka puts it out
    of the group without its noticing. So it is given the reason back.
    """
    coordinator = consumer._coordinator  # the client has no other way to ask for it
    state = consumer.group_metadata().state
    if state is MemberState.REBALANCING and not coordinator.need_rejoin():
        coordinator.request_rejoin()
    return bool(state is MemberState.STABLE)
