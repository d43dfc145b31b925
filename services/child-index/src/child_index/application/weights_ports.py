"""What versions of the matcher's numbers need of the outside."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from child_index.domain.matching import NameFrequencies, Weights
from child_index.domain.matching.estimation import Counts
from child_index.domain.person import Person


@dataclass(frozen=True, slots=True)
class Estimate:
    """A version estimated from `pairs` pairs of statements that share an NHS number. It is never changed."""

    weights: Weights
    frequencies: NameFrequencies
    counts: Counts
    pairs: int
    made_at: datetime
    made_by: str


@dataclass(frozen=True, slots=True)
class Turn:
    """Since when, and by whom, a version was in force."""

    version: str
    since: datetime
    by: str


class WeightsRepository(Protocol):
    async def numbered_pairs(self, most: int, draw: int) -> list[tuple[Person, Person]]:
        """What two senders said of one child, both with the child's valid NHS number; of about `most` children at most,
        drawn over the whole index. Another `draw` takes others."""
        ...

    async def next_number(self) -> int: ...

    async def add(self, number: int, estimate: Estimate) -> None:
        """Raises `Conflict` where another was made meanwhile."""
        ...

    async def get(self, version: str) -> Estimate | None: ...

    async def newest(self, limit: int) -> Sequence[Estimate]:
        """Newest first, without the names' shares (their tables are empty)."""
        ...

    async def in_force(self) -> Turn | None:
        """None: the built-in ones are, and always were."""
        ...

    async def put_in_force(self, version: str, by: str) -> None: ...
