"""What the history of a record needs of the outside."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from child_index.domain.person import Name
from contracts.vocabulary import Category


class Origin(StrEnum):
    """How a change came about."""

    CORRECTION = "correction"
    """Somebody who may see and correct it said so, and why."""
    MATCH = "match"
    """A record that was sent turned out to be this child's, or its sender changed it."""
    IMPORT = "import"
    """So did a row of a list."""
    PARTING = "parting"
    """A link that was a mistake was taken back."""
    FAMILY = "family"
    LEAD = "lead"


@dataclass(frozen=True, slots=True)
class Change:
    """One field of one record, changed. `reason` is None too where it is not this reader's to know.

    `hidden`: it speaks of a hidden name. `by_sensitive`: who made it may work with the child by nothing but what is
    sensitive, so that their name would tell of it. `other_child_id`: the child whom a relationship is with.
    """

    change_id: str
    child_no: int
    field: str
    category: Category
    before: Any
    after: Any
    origin: Origin
    changed_by: str
    agency_id: str | None
    reason: str | None
    hidden: bool = False
    by_sensitive: bool = False
    other_child_id: str | None = None
    changed_at: datetime | None = None
    """When it was written down; None until it is."""


class HistoryRepository(Protocol):
    async def add(self, changes: Sequence[Change]) -> None: ...

    async def of(
        self,
        numbers: Collection[int],
        categories: Collection[Category],
        related: Collection[str],
        limit: int,
        after: tuple[str, str] | None,
        *,
        hidden: bool,
    ) -> list[Change]:
        """What changed on any of the records in these categories, newest first, each change of a field once.

        Relationships with children who are not `related` are left out, and so is what is hidden unless `hidden`. The
        reason of a change goes with all that it changed: it is left out where some of that is.
        """
        ...

    async def corrections(self, numbers: Collection[int]) -> list[Change]:
        """What people corrected on these records, oldest first."""
        ...

    async def hide(self, numbers: Collection[int], names: Collection[Name]) -> None:
        """Marks what was written down of these names as hidden."""
        ...
