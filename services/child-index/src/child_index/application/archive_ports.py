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


class ArchiveRepository(Protocol):
    async def near(self, born_by: date, kept_by: date, now: datetime, limit: int, after: int) -> tuple[list[Aged], int]:
        """Children who may have to be archived (born by the first day) or opened again, by number, and the number of
        the last one looked at; 0 when there are no more."""
        ...

    async def set_archived(self, child_ids: Collection[str], at: datetime | None) -> None: ...

    async def keep_open(self, consent_id: str, child_id: str, valid_until: datetime | None) -> None: ...

    async def end_keeping(self, consent_id: str, child_id: str) -> None: ...
