"""What the ending of a full roll needs of the outside."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from child_index.application.import_ports import Import


@dataclass(frozen=True, slots=True)
class Leaver:
    """An open episode that a list had begun, of a child who is not on the roll any more."""

    episode_id: str
    child_id: str


class LeaverRepository(Protocol):
    """Counts and finds episodes with the import's service that a list before it began, and that are open."""

    async def counts(self, job: Import, also: Collection[str]) -> tuple[int, int]:
        """How many there are, and how many are of children who are not on the list. `also` are taken to be on it."""
        ...

    async def some(self, job: Import, also: Collection[str], limit: int) -> Sequence[Leaver]: ...

    async def end(self, episode_ids: Collection[str], ended_on: date, reason: str) -> frozenset[str]:
        """Those that had not ended before."""
        ...
