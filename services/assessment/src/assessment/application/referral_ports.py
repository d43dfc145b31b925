"""What the use cases of the service directory and of referrals need of the world."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from assessment.domain.referrals import Direction, Referral, Service, Status, Taken
from assessment.domain.service_directory import Entry, Findable, Wanted
from contracts.vocabulary import Category


class ServiceDirectoryRepository(Protocol):
    """What is on offer to families."""

    async def find(self, entry_id: str) -> Entry | None: ...

    async def of(self, entry_ids: Collection[str]) -> dict[str, Entry]: ...

    async def save(self, entries: Sequence[tuple[Entry, Findable]], by: str, at: datetime) -> list[str]:
        """Each in the place of its version before (version 1: of none). The ids of those that could not be: they have
        been changed meanwhile."""

    async def search(
        self, wanted: Wanted, after: tuple[float, str] | None, limit: int
    ) -> list[tuple[Entry, float | None]]:
        """Active ones, by distance in kilometres where a place is wanted, else by id; from the one after `after`
        (distance, 0 without one; id)."""

    async def count(self) -> int: ...

    async def page(self, offset: int, limit: int) -> list[Entry]:
        """All of them by id, of whatever status."""


class ReceivingServiceRepository(Protocol):
    async def find(self, service_id: str) -> Service | None: ...

    async def known(self, service_ids: Collection[str]) -> set[str]:
        """Which of them Kith's own directory has."""

    async def put(self, service: Service) -> None:
        """Leaves what is newer alone."""


class LegalBasisRepository(Protocol):
    async def record(self, basis_id: str, child_id: str, valid_until: datetime) -> None: ...

    async def end(self, basis_id: str, child_id: str) -> None: ...

    async def in_force(self, basis_id: str, records: Collection[str], at: datetime) -> bool: ...

    async def purge(self, child_id: str) -> None: ...


class ReferralRepository(Protocol):
    async def add(self, referral: Referral) -> None: ...

    async def find(self, referral_id: str) -> Referral | None: ...

    async def of_child(
        self, records: Collection[str], *, sensitive: bool, viewer_id: str, before: str | None, limit: int
    ) -> list[Referral]:
        """Newest first, from the one after the referral id `before`; unless `sensitive`, of the sensitive ones those
        alone that the viewer sent."""

    async def of_viewer(
        self,
        direction: Direction,
        viewer_id: str,
        team_ids: Collection[str],
        records: Mapping[Category, Collection[str]],
        status: Status | None,
        before: str | None,
        limit: int,
    ) -> list[Referral]:
        """Those that the viewer sent, or that went to their teams. `records`: by category, those of which it is
        granted; of one's own the sensitive ones need no more than `involvement`. Newest first."""

    async def children_of(
        self, direction: Direction, viewer_id: str, team_ids: Collection[str], limit: int
    ) -> list[str]:
        """Children of the viewer's referrals, the one with the newest first."""

    async def any_sensitive(self, team_ids: Collection[str]) -> bool:
        """Whether any to these teams is."""

    async def take(self, referral: Referral, taken: Taken) -> bool:
        """Adds the step, by which it has this status and version. False, and nothing done, unless the version before is
        the one that stands."""

    async def turn_sensitive(self, *, service_id: str | None = None, entry_id: str | None = None) -> None:
        """Of a service of Kith's directory; or of an entry, where it is tied to none."""

    async def unanswered(
        self, sent_by: datetime, escalate_by: datetime, after: str | None, limit: int
    ) -> list[Referral]:
        """Sent by `sent_by` and neither answered nor chased, or sent by `escalate_by` and not escalated; by id, from
        the one after `after`. None of a closed record."""

    async def reminded(self, referral: Referral, at: datetime, *, escalated: bool) -> bool:
        """Whether it is the first of the kind, and the referral still unanswered."""

    async def purge(self, child_id: str) -> None: ...
