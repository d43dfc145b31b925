"""What it takes to tell somebody something outside the inbox."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from contracts.vocabulary import Category
from notifications.domain.outgoing import Channel, Delivery, Destination, Sent, State


class About(Protocol):
    """What somebody is to be told: an entry, or its delivery."""

    @property
    def child_id(self) -> str | None: ...

    @property
    def other_child_id(self) -> str | None: ...

    @property
    def categories(self) -> Collection[Category]: ...


@dataclass(frozen=True, slots=True)
class MayKnow:
    """What a recipient may be told of at this moment, by record."""

    active: bool
    permitted: Mapping[str, Collection[Category]]
    related: Mapping[str, Collection[str]]

    def covers(self, told: About) -> bool:
        if not self.active or told.child_id is None:
            return self.active
        known = set(told.categories) <= set(self.permitted.get(told.child_id, ()))
        other = told.other_child_id
        return known and (other is None or other in self.related.get(told.child_id, ()))


class Decisions(Protocol):
    async def may_know(self, recipient_id: str, children: Collection[str], categories: Collection[Category]) -> MayKnow:
        """Decided now, and on record. Raises `Unavailable` where that cannot be: then nothing is told."""


class Sender(Protocol):
    """One channel. `batch`: how many deliveries of a destination go together. `schedule`: the pause before each
    attempt, the first too."""

    batch: int
    schedule: Sequence[timedelta]

    async def send(self, destination: Destination, deliveries: Sequence[Delivery]) -> Sent:
        """One attempt for all of them. It takes no longer than a minute."""


class DeliveryRepository(Protocol):
    """The queue. A destination is claimed as a whole, by one process at a time."""

    async def add(self, deliveries: Sequence[Delivery]) -> None: ...

    async def claim(
        self, channels: Collection[Channel], limit: int, claim_id: str, until: datetime, *, critical_only: bool
    ) -> list[Destination]:
        """Destinations with something due, the most urgent first; nobody else is given them before `until`."""

    async def renew(self, destination: Destination, claim_id: str, until: datetime) -> bool:
        """Whether it was still held."""

    async def due(self, destination: Destination, limit: int) -> list[Delivery]:
        """What waits there and is due, the most urgent first and then the oldest."""

    async def end(self, delivery_ids: Collection[str], state: State, code: str) -> None: ...

    async def put_off(self, delivery_ids: Collection[str], due_at: datetime, code: str) -> None:
        """One more attempt was made, in vain; the next may be then."""

    async def release(
        self, destination: Destination, claim_id: str, *, not_before: datetime | None, failing: bool
    ) -> None:
        """Ends the claim. It is ready again when something is due, and not before that. `failing`: since when it has
        been is kept until it is not."""

    async def next_ready(self, channels: Collection[Channel]) -> datetime | None:
        """When a destination is ready next, or may be claimed from a process that ended."""
