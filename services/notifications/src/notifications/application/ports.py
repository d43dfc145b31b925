"""What the use cases need of the world."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from chassis.unit_of_work import UnitOfWork
from contracts.vocabulary import Category
from notifications.application.inbox_ports import (
    ChoiceRepository,
    CoverRepository,
    TeamRepository,
)
from notifications.application.outgoing_ports import DeliveryRepository
from notifications.domain.colleagues import Post
from notifications.domain.entries import Entry, Wanted
from notifications.domain.hearing import Rules

Needed = tuple[Category, ...]
"""What it takes to be shown an entry."""


@dataclass(frozen=True, slots=True)
class Known:
    """Of whom an inbox may speak at this reading, by each of their records: `children` that its entries are about, by
    what it takes to be shown them, and the `related` ones that an entry may tell of beside them."""

    children: Mapping[Needed, Collection[str]]
    related: Collection[str]

    def covers(self, entry: Entry) -> bool:
        about = entry.child_id is None or entry.child_id in self.children.get(entry.categories, ())
        return about and (entry.other_child_id is None or entry.other_child_id in self.related)


class LeadRepository(Protocol):
    """Who leads for which child, as the child index's events told."""

    async def of(self, child_id: str) -> str | None: ...

    async def put(self, child_id: str, practitioner_id: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Merge:
    """`record` answers as `into`."""

    record: str
    into: str
    merged_at: datetime


class MergeRepository(Protocol):
    """Which records were merged, as the child index's events told."""

    async def known(self, merge_id: str) -> bool | None:
        """Whether it is in force; None where it is not known."""

    async def add(self, merge_id: str, merge: Merge, *, undone_at: datetime | None) -> None: ...

    async def end(self, merge_id: str, undone_at: datetime) -> None: ...

    async def beside(self, records: Collection[str]) -> list[Merge]:
        """Merges in force of, or into, one of these."""


class DirectoryRepository(Protocol):
    """Who is in which team and who leads it, as the consent service's events told."""

    async def post(self, practitioner_id: str) -> Post | None: ...

    async def put_post(self, practitioner_id: str, post: Post) -> None: ...

    async def put_leader(self, team_id: str, leader_id: str | None, version: int) -> None:
        """Leaves what is newer alone."""

    async def posts(self, practitioner_ids: Collection[str]) -> dict[str, Post]:
        """Of those of whom the directory told."""

    async def leaders(self, team_ids: Collection[str]) -> list[str]: ...

    async def receivers(self, team_id: str) -> list[str]:
        """The team's leader; where none is active, its active members."""


class FamilyRepository(Protocol):
    """Which children are of one family, as the child index's events told."""

    async def relate(self, relationship_id: str, child_id: str, other_child_id: str) -> bool:
        """Whether it is new; what has been ended stays so."""

    async def part(self, relationship_id: str, child_id: str, other_child_id: str) -> None: ...

    async def of(self, records: Collection[str]) -> list[str]:
        """Children related to any of these records now."""


class DeceasedRepository(Protocol):
    """Children who have died."""

    async def put(self, child_id: str, *, deceased: bool) -> None: ...

    async def any_of(self, records: Collection[str]) -> bool: ...


class PurgeRepository(Protocol):
    async def child(self, child_id: str, at: datetime) -> None:
        """Drops all that is held of the child."""
        ...


class EntryRepository(Protocol):
    """Inbox entries. Every look is for one recipient; nobody can be handed another's entry."""

    async def add(self, entries: Sequence[Entry]) -> None: ...

    async def newest(
        self, recipient_id: str, known: Known, wanted: Wanted, before: str | None, limit: int
    ) -> list[Entry]:
        """Entries of which the recipient may know, newest first, from the one after the notification id `before`."""

    async def count(self, recipient_id: str, known: Known, wanted: Wanted) -> int:
        """Of those of which the recipient may know."""

    async def acknowledge_all(self, recipient_id: str, known: Known, wanted: Wanted, at: datetime) -> int:
        """How many there were. Only those of which the recipient may know."""

    async def place_of(self, recipient_id: str, notification_id: str) -> int | None:
        """The number of an entry of theirs that is there or was; None where there was none."""

    async def last_place(self, recipient_id: str) -> int:
        """The number of the newest entry, 0 where there is none."""

    async def after(self, recipient_id: str, number: int, limit: int) -> list[tuple[int, Entry]]:
        """Entries that were committed after the one with this number, in that order, with their numbers. Whatever they
        are about: what may be shown is the caller's to decide."""

    async def last_places(self, recipient_ids: Collection[str]) -> dict[str, int]:
        """Of those who have any."""

    async def due_for_escalation(self, now: datetime, limit: int) -> list[Entry]:
        """Critical ones that nobody has acknowledged in time."""

    async def escalated(self, notification_id: str, now: datetime, again: datetime | None) -> bool:
        """Whether it was still due, and is this caller's. `again`: when it is looked at next; None: never."""

    async def forget_places(self, before: datetime) -> None:
        """Drops the places of entries that went before then."""

    async def children_of(self, recipient_id: str, limit: int) -> list[str]:
        """Children whom the recipient's entries are about, the one with the newest entry first."""

    async def needed(self, recipient_id: str) -> list[Needed]:
        """What it takes to be shown the recipient's entries: each kind once."""

    async def find(self, recipient_id: str, notification_id: str) -> Entry | None: ...

    async def acknowledge(self, notification_id: str, at: datetime) -> bool:
        """Whether it was unread until now."""

    async def take_back_acknowledgement(self, notification_id: str) -> None: ...

    async def snooze(self, notification_id: str, until: datetime | None) -> None:
        """None: it is there again."""

    async def tells_of_family(self, recipient_id: str, child_id: str, other_child_id: str) -> bool:
        """Whether the recipient has an entry about the one that tells of the other."""

    async def reminds_of(self, consent_id: str) -> bool:
        """Whether somebody has an entry about this consent."""

    async def take_back(self, consent_id: str) -> None:
        """Removes the entries about this consent that are unread."""

    async def take_back_reminders(self, action_id: str) -> None:
        """Removes the entries about this action that are unread."""


class ConsentRepository(Protocol):
    """Which consents were withdrawn, as the consent service's events told."""

    async def is_withdrawn(self, consent_id: str) -> bool: ...

    async def withdrawn(self, consent_id: str) -> None: ...


class NotificationsUnitOfWork(UnitOfWork):
    """One transaction over the inboxes."""

    consents: ConsentRepository

    leads: LeadRepository
    merges: MergeRepository
    family: FamilyRepository
    deceased: DeceasedRepository
    purges: PurgeRepository
    directory: DirectoryRepository
    entries: EntryRepository
    deliveries: DeliveryRepository
    choices: ChoiceRepository
    covers: CoverRepository
    team: TeamRepository
    rules: Rules
    escalate_after: timedelta


UnitOfWorkFactory = Callable[[], NotificationsUnitOfWork]
