"""What archiving needs of the outside."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Aged:
    """All records of one child, with their dates of birth; `archived` where each of them is. `kept_open`: by a consent
    in force on any of them."""

    records: dict[str, date]
    archived: bool
    kept_open: bool


@dataclass(frozen=True, slots=True)
class Expiring:
    """All records of one child, with their dates of birth. `archived_at`: the latest, None where one is open.
    `due_since`: since when runs have found all of them due to be purged."""

    records: dict[str, date]
    archived_at: datetime | None
    due_since: datetime | None


class ArchiveRepository(Protocol):
    async def near(self, born_by: date, kept_by: date, now: datetime, limit: int, after: int) -> tuple[list[Aged], int]:
        """Children who may have to be archived (born by the first day) or opened again, by number, and the number of
        the last one looked at; 0 when there are no more."""
        ...

    async def set_archived(self, child_ids: Collection[str], at: datetime | None) -> None: ...

    async def for_purge(self, archived_by: date, limit: int, after: int) -> tuple[list[Expiring], int]:
        """Children of whom a record was archived by that day, or was found due, by number; and as of `near`."""
        ...

    async def set_due(self, child_ids: Collection[str], at: datetime | None) -> None: ...

    async def remove(self, child_ids: Collection[str], at: datetime) -> None:
        """Deletes the records with all that hangs off them. Nothing brings them back."""
        ...

    async def keep_open(self, consent_id: str, child_id: str, valid_until: datetime | None) -> None: ...

    async def end_keeping(self, consent_id: str, child_id: str) -> None: ...
