"""What the use cases need of the outside: one unit of work and the repositories in it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol

from chassis.likeness import Likeness
from chassis.unit_of_work import UnitOfWork
from child_index.application.agency_ports import Agency
from child_index.application.archive_ports import ArchiveRepository
from child_index.application.block_ports import BlockRepository
from child_index.application.chronology_ports import ChronologyRepository
from child_index.application.history_ports import HistoryRepository
from child_index.application.import_ports import ImportRepository, MappingRepository
from child_index.application.leaver_ports import LeaverRepository
from child_index.application.quality_ports import QualityRepository
from child_index.application.reassignment_ports import ReassignmentRepository
from child_index.application.shield_ports import ShieldRepository
from child_index.application.weights_ports import WeightsRepository
from child_index.domain.person import ChildRecord, Person
from child_index.domain.placement import Changes, Said, SourceRecord
from child_index.domain.statements import Statement

Votes = Mapping[str, int]
"""How much the keys that a record shares with each of some children speak for them (`domain.nearness`)."""


class ChildRepository(Protocol):
    async def hold(self) -> int | None:
        """Keeps every other process from changing what is matched by until this transaction ends.

        Returns a number that is greater by one each time that anybody holds the index; None from SQLite."""
        ...

    async def number_of(self, child_id: str) -> int | None: ...

    async def roots(self, child_ids: Collection[str]) -> dict[str, str]:
        """For each id that the index has: the id of the record that it answers as, mostly its own."""
        ...

    async def records(self, child_ids: Collection[str]) -> list[ChildRecord]:
        """These records, and no other that answers as one with them."""
        ...

    async def numbered(self, numbers: Collection[int]) -> list[ChildRecord]:
        """The records with these numbers."""
        ...

    async def with_members(self, child_ids: Collection[str]) -> list[ChildRecord]:
        """These records, and all that answer as one with any of them."""
        ...

    async def sharing(self, keys: Collection[int], limit: int, *, hidden: bool = False) -> list[ChildRecord]:
        """The records that share keys with a query, those with the most first; and what answers as one with them.

        With `hidden` also by the keys of hidden names."""
        ...

    async def neighbours(
        self, sought: Sequence[Mapping[int, int]], also: Collection[str]
    ) -> tuple[list[ChildRecord], list[Votes]]:
        """The records nearest to each of those sought, told by its keys and their votes; and how near they are.

        With them come `also`, and what answers as one with any of them."""
        ...

    async def sources(self, source: str, keys: Collection[str]) -> dict[str, SourceRecord]: ...

    async def claimed(self, source: str, numbers: Collection[int]) -> frozenset[int]:
        """Which of the records the source has under a number of its own."""
        ...

    async def save(self, changes: Changes, source: str, numbers: Mapping[str, int] | None = None) -> dict[str, int]:
        """Writes what a register changed. Returns the numbers of the new children by their ids.

        `numbers`: those of other records that are known already, by their ids; the rest is looked up."""
        ...

    async def drop_keys(self, child_no: int, keys: Collection[int]) -> None: ...

    async def population(self) -> int: ...

    async def name_counts(self) -> tuple[Mapping[str, int], Mapping[str, int]]:
        """How many children bear each given name, and each family name, as written."""
        ...


@dataclass(frozen=True, slots=True)
class Service:
    service_id: str
    name: str
    agency_id: str
    team_id: str | None
    type: str
    sensitive: bool
    contact: str | None
    agency_name: str | None = None


@dataclass(frozen=True, slots=True)
class Practitioner:
    practitioner_id: str
    name: str
    agency_id: str | None
    role: str
    status: str
    email: str | None
    phone: str | None
    agency_name: str | None = None
    team_ids: tuple[str, ...] = ()
    """The teams that they are in, or were in before they left."""


class Directory(Protocol):
    """The local copy of the directory. `put_*` leave a newer version alone."""

    async def service(self, service_id: str) -> Service | None: ...

    async def practitioner(self, practitioner_id: str) -> Practitioner | None: ...

    async def services(self, ids: Collection[str]) -> dict[str, Service]: ...

    async def practitioners(self, ids: Collection[str]) -> dict[str, Practitioner]: ...

    async def agencies(self, ids: Collection[str]) -> list[Agency]: ...

    async def leavers_led_by(self, leader_id: str) -> list[Practitioner]:
        """Practitioners who have left or are suspended, of the teams that somebody leads."""
        ...

    async def put_team(self, row: Mapping[str, Any]) -> None: ...

    async def put_agency(self, row: Mapping[str, Any]) -> None: ...

    async def put_practitioner(self, row: Mapping[str, Any]) -> None: ...

    async def put_service(self, row: Mapping[str, Any]) -> None: ...


@dataclass(frozen=True, slots=True)
class Episode:
    episode_id: str
    child_no: int
    service_id: str
    agency_id: str
    practitioner_id: str | None
    sensitive: bool
    contact: str | None
    started_on: date
    ended_on: date | None
    opened_by: str
    child_id: str = ""
    created_at: datetime | None = None
    """When it was written down; None until it is."""
    import_id: str | None = None


@dataclass(frozen=True, slots=True)
class Involvement:
    """An episode with what the directory knows of service and practitioner (None: the directory has not told yet).

    `nameless`: to be told of by its kind and dates alone, since who it is would tell where the child is.
    """

    episode: Episode
    service: Service | None
    practitioner: Practitioner | None
    nameless: bool = False


class EpisodeRepository(Protocol):
    async def of(self, numbers: Collection[int]) -> list[Episode]:
        """The episodes on any of the records, newest first."""
        ...

    async def get(self, episode_id: str) -> Episode | None: ...

    async def by_ids(self, episode_ids: Collection[str]) -> list[Episode]: ...

    async def open_with_service(self, service_id: str, numbers: Collection[int]) -> set[int]:
        """With which of the records the service itself (no one practitioner) is involved with now."""
        ...

    async def add(self, episodes: Sequence[Episode]) -> None:
        """Raises Conflict `episode-open` when another process has just opened the same."""
        ...

    async def remove(self, episode_ids: Collection[str]) -> None:
        """Takes episodes away that never were: their list was linked to the wrong child."""
        ...

    async def end(self, episode_id: str, ended_on: date, reason: str | None) -> bool:
        """False when it had ended before."""
        ...


@dataclass(frozen=True, slots=True)
class Lead:
    """`child_no`, `child_id`: the record that it is written on."""

    practitioner_id: str
    assigned_at: datetime
    child_no: int
    child_id: str


@dataclass(frozen=True, slots=True)
class PastLead:
    """`ended_at` None: still. `handover_note`: what who came before, or whoever handed over, left for this one."""

    lead_id: str
    practitioner_id: str
    assigned_at: datetime
    assigned_by: str
    ended_at: datetime | None
    reason: str | None
    handover_note: str | None


class LeadRepository(Protocol):
    async def present(self, numbers: Sequence[int]) -> Lead | None:
        """The lead professional on the first of the records that has one."""
        ...

    async def assign(
        self, child_no: int, practitioner_id: str, assigned_by: str, reason: str | None, handover_note: str | None
    ) -> None:
        """Ends the present one, whom history keeps."""
        ...

    async def history(self, numbers: Collection[int]) -> list[PastLead]:
        """Everybody who led for any of the records, the last one first."""
        ...

    async def by_ids(self, lead_ids: Collection[str]) -> list[PastLead]: ...


@dataclass(frozen=True, slots=True)
class FamilyLink:
    """One relationship as the child has it: `relationship` says what the other is to the child.

    `other_child_id` is the record that was named; `other_root_id` the one that it answers as.
    """

    relationship_id: str
    relationship: str
    other_child_id: str | None
    other_root_id: str | None
    given_name: str
    family_name: str
    phone: str | None
    lives_with_child: bool = False
    """Of a person who is not a child of the index, as it was written down."""


@dataclass(frozen=True, slots=True)
class RelatedPerson:
    """Somebody of the family who is not a child of the index."""

    given_name: str
    family_name: str
    phone: str | None
    lives_with_child: bool


class FamilyRepository(Protocol):
    async def of(self, numbers: Sequence[int]) -> list[FamilyLink]:
        """From both sides, those on the first record first, in the order in which they were written down.

        Those among the records themselves are left out: nobody is related to themselves.
        """
        ...

    async def add_person(self, child_no: int, relationship: str, person: RelatedPerson, created_by: str) -> str: ...

    async def add_child(self, child_no: int, relationship: str, other_child_no: int, created_by: str) -> str: ...

    async def remove(self, relationship_ids: Collection[str]) -> None: ...


@dataclass(frozen=True, slots=True)
class Review:
    """`candidate_record`: the record that the matcher named; `candidate_id`: the child whom it answers as."""

    review_id: str
    state: str
    created_at: datetime
    service_id: str | None
    agency_id: str | None
    source: str
    source_key: str
    submitted: Person
    candidate_record: str
    candidate_id: str
    score: float
    weights_version: str | None
    because: tuple[str, ...]
    import_id: str | None
    resolved_at: datetime | None
    resolved_by: str | None
    result_no: int | None
    undone_at: datetime | None
    undone_by: str | None


class ReviewState(StrEnum):
    OPEN = "open"
    SAME = "same"
    PARTED = "parted"
    LIFTED = "lifted"
    """They had been found to be two children, and that was taken back."""


@dataclass(frozen=True, slots=True)
class ReviewFilter:
    """Bounds of the score hold; `created_before` does not."""

    state: ReviewState = ReviewState.OPEN
    import_id: str | None = None
    created_before: datetime | None = None
    min_score: float | None = None
    max_score: float | None = None


class ReviewRepository(Protocol):
    async def listed(self, limit: int, after: str | None, which: ReviewFilter) -> list[Review]:
        """Oldest first."""
        ...

    async def get(self, review_id: str) -> Review | None: ...

    async def submitted_about(self, numbers: Collection[int]) -> dict[int, list[Person]]:
        """The records of open reviews, by the number of the record that is their candidate."""
        ...

    async def add(
        self,
        changes: Changes,
        numbers: Mapping[str, int],
        created_by: str,
        agency_id: str | None,
        service_id: str | None,
        import_id: str | None,
    ) -> None: ...

    async def resolve(self, review_id: str, state: str, resolved_by: str, result_no: int) -> bool:
        """False when somebody resolved it before."""
        ...

    async def undo(self, review_id: str, before: str, state: str, undone_by: str, result_no: int) -> bool:
        """False when it is no more in the state `before`."""
        ...


@dataclass(frozen=True, slots=True)
class Merge:
    """`from_id` was merged into `into_id`: two records, each the root of its set when it was done."""

    merge_id: str
    from_id: str
    into_id: str
    note: str | None
    merged_by: str
    merged_at: datetime
    undone_by: str | None
    undone_at: datetime | None


class MergeRepository(Protocol):
    async def add(self, merge_id: str, from_no: int, into_no: int, by: str, note: str | None) -> None: ...

    async def get(self, merge_id: str) -> Merge | None: ...

    async def active(self, from_id: str, into_id: str) -> Merge | None:
        """The merge of just these two that holds now."""
        ...

    async def listed(self, limit: int, after: str | None, *, child_id: str | None, undone: bool | None) -> list[Merge]:
        """Oldest first. `child_id`: those that this record, or one that answers as one with it, was ever part of."""
        ...

    async def edges(self, numbers: Collection[int]) -> dict[int, int]:
        """From each of the records to the one that it is merged into now."""
        ...

    async def undo(self, merge_id: str, by: str) -> bool:
        """False when it was undone before."""
        ...

    async def set_roots(self, roots: Mapping[int, int | None]) -> None: ...

    async def part(self, child_no: int, other_child_no: int, review_id: str) -> None:
        """Remembers that a human found these two to be different children."""
        ...

    async def lift(self, review_id: str) -> None:
        """Takes back what a review found: the two may be one child after all."""
        ...

    async def are_parted(self, numbers: Collection[int], others: Collection[int]) -> bool:
        """Whether any of these was parted from any of the others."""
        ...


class StatementRepository(Protocol):
    async def add(self, said: Sequence[Said], numbers: Mapping[str, int], import_id: str | None) -> None: ...

    async def of(self, numbers: Collection[int]) -> list[Statement]:
        """What holds of these records, in the order in which it was said."""
        ...

    async def links(
        self, import_id: str, limit: int, after: int, undone: bool | None, rows: Collection[int] | None
    ) -> list[Statement]:
        """The links that an import made by itself, by row; of `rows` only where given."""
        ...

    async def by_review(self, review_id: str) -> Statement | None:
        """The link that a review ended in."""
        ...

    async def undo(self, numbers: Collection[int], by: str) -> None: ...


class IndexUnitOfWork(UnitOfWork):
    """The unit of work of the child index; the adapter makes the repositories. `likeness` makes likeness keys."""

    likeness: Likeness
    children: ChildRepository
    merges: MergeRepository
    statements: StatementRepository
    directory: Directory
    episodes: EpisodeRepository
    leads: LeadRepository
    reassignments: ReassignmentRepository
    family: FamilyRepository
    reviews: ReviewRepository
    imports: ImportRepository
    leavers: LeaverRepository
    mappings: MappingRepository
    quality: QualityRepository
    history: HistoryRepository
    archive: ArchiveRepository
    blocks: BlockRepository
    shields: ShieldRepository
    weights: WeightsRepository
    chronology: ChronologyRepository


class Units(Protocol):
    """Makes units of work; a `patient` one is for a job, which takes as long as it takes."""

    def __call__(self, *, patient: bool = False) -> IndexUnitOfWork: ...
