"""What the use cases need of storage beside the entries: what recipients chose, who covers for whom, and the teams
around children."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from notifications.domain.happenings import NotificationType


class ChoiceRepository(Protocol):
    """What recipients chose to hear of. What they said nothing about is as the rules have it."""

    async def of(self, recipient_id: str) -> dict[NotificationType, bool]: ...

    async def put(
        self, recipient_id: str, chosen: Mapping[NotificationType, bool], child_id: str | None = None
    ) -> None:
        """In place of all that they chose before. `child_id`: whose record the recipient's account is tied to."""

    async def chosen(
        self, recipient_ids: Collection[str], types: Collection[NotificationType]
    ) -> dict[tuple[str, NotificationType], bool]: ...

    async def accounts(self, records: Collection[str], types: Collection[NotificationType]) -> list[str]:
        """Accounts tied to one of these records that asked to hear of one of these."""


@dataclass(frozen=True, slots=True)
class Cover:
    """`colleague_id` finds in their own inbox what comes to `practitioner_id` from `starts_at` until before
    `ends_at`."""

    cover_id: str
    practitioner_id: str
    colleague_id: str
    starts_at: datetime
    ends_at: datetime
    created_at: datetime


class CoverRepository(Protocol):
    async def add(self, cover: Cover) -> None: ...

    async def of(self, person_id: str, now: datetime) -> list[Cover]:
        """Those that have not ended, in which this person is on either side; the one that starts first is first."""

    async def end(self, cover_id: str, now: datetime) -> bool:
        """At once; one that has not begun never was. Whether it had not ended yet."""

    async def in_force(self, practitioner_ids: Collection[str], now: datetime) -> list[Cover]: ...

    async def lock(self, practitioner_id: str) -> None:
        """Until the commit nobody else changes this practitioner's covers."""


class TeamRepository(Protocol):
    """Who is in the team around a child, as the assessment service's events told."""

    async def join(self, membership_id: str, child_id: str, practitioner_id: str) -> None:
        """What has been ended stays so."""

    async def leave(self, membership_id: str, child_id: str, practitioner_id: str) -> None: ...

    async def members(self, records: Collection[str]) -> list[str]: ...
