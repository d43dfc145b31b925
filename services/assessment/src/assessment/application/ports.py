"""What the use cases need of the world."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from assessment.application.life_event_ports import ChronologyRepository, LifeEventRepository
from assessment.application.lifecycle_ports import LifecycleRepository, RequestRepository
from assessment.application.people_ports import PeopleRepository
from assessment.application.referral_ports import (
    LegalBasisRepository,
    ReceivingServiceRepository,
    ReferralRepository,
    ServiceDirectoryRepository,
)
from assessment.application.template_port import KeptTemplateRepository
from assessment.domain.assessments import Assessment, Contribution, Draft, DraftPlace, Status
from assessment.domain.plan import Action, ActionStatus, Point, Review
from assessment.domain.stages import Stage
from assessment.domain.teams import Invitation, Membership, Practitioner
from chassis.unit_of_work import UnitOfWork
from contracts.vocabulary import Category, ClashKind


class AssessmentRepository(Protocol):
    async def add(self, assessment: Assessment) -> None: ...

    async def turn(self, child_id: str) -> None:
        """Waits until nobody else begins an assessment of the child; nobody does then until the transaction ends."""

    async def open_of(self, records: Collection[str]) -> list[Assessment]:
        """The open assessments of the child under any of these records, the oldest first."""

    async def find(self, assessment_id: str) -> Assessment | None: ...

    async def of(self, assessment_ids: Collection[str]) -> list[Assessment]: ...

    async def hold(self, assessment_id: str, *, alone: bool) -> Assessment | None:
        """It as it stands, and so it stands until the transaction ends: `alone` with nobody else holding it, else
        beside others who hold it in the same way."""

    async def move(self, assessment: Assessment, status: Status) -> Assessment:
        """One that is held alone, as it stands after a step of its life."""

    async def contributed(self, sections: Mapping[str, Collection[str]]) -> set[str]:
        """Of these assessments those to which somebody contributed in one of the sections named for it."""

    async def of_child(self, records: Collection[str], before: str | None, limit: int) -> list[Assessment]:
        """Newest first, from the one after the assessment id `before`."""

    async def purge(self, child_id: str, at: datetime) -> None:
        """Drops all of the record's assessments, with every version of their contributions, for good."""


class ContributionRepository(Protocol):
    """Contributions as they stand. Saving keeps every version that was ever there."""

    async def find(self, assessment_id: str, section_key: str, contributor_id: str) -> Contribution | None: ...

    async def of(self, assessment_id: str, section_keys: Collection[str]) -> list[Contribution]:
        """Those of these sections, by contributor."""

    async def save(self, contribution: Contribution) -> bool:
        """False, and nothing saved, unless the version before this one is the one that stands."""

    async def versions(self, assessment_id: str, section_keys: Collection[str]) -> list[Contribution]:
        """Every version of everybody's contributions to these sections."""

    async def history(self, assessment_id: str, section_key: str, offset: int, limit: int) -> list[Contribution]:
        """Every version of everybody's contributions to the section, the oldest first."""


class DraftRepository(Protocol):
    async def find(self, assessment_id: str, section_key: str, author_id: str) -> Draft | None: ...

    async def save(self, draft: Draft, before: str | None) -> bool:
        """False, and nothing saved, unless `before` is the revision that stands (None: there is none)."""

    async def drop(self, draft: Draft) -> bool:
        """False, and nothing dropped, unless this revision stands."""

    async def children_of(self, author_id: str, limit: int) -> list[str]:
        """Children of whom the author has drafts, those of the newest assessments first."""

    async def places_of(self, author_id: str, records: Collection[str]) -> list[DraftPlace]:
        """Where the author has drafts in assessments of these records, the newest assessment first, then by section."""


class UsedTemplateRepository(Protocol):
    async def all(self) -> dict[tuple[str, int], str | None]:
        """The hash of each version that was used, by id and version; None where it was used before hashes were kept."""

    async def note(self, template_id: str, version: int, content_hash: str, at: datetime) -> None:
        """Keeps the hash, unless one is kept already."""


class TeamRepository(Protocol):
    """Invitations to the team around a child, and what became of them."""

    async def invite(self, invitation: Invitation, memberships: Sequence[tuple[str, str]]) -> None:
        """`memberships`: an id for each child's team, and the child."""

    async def page(
        self,
        records: Collection[str],
        *,
        history: bool,
        sensitive: bool,
        viewer_id: str,
        before: str | None,
        limit: int,
    ) -> list[Membership]:
        """Newest first, from the one after the membership id `before`; with `history` those that are over, too.
        Unless `sensitive`, of the sensitive ones those alone that concern the viewer."""

    async def working(self, records: Collection[str]) -> list[Membership]:
        """Of everybody who has joined the child's team and not left it."""

    async def of(self, practitioner_id: str, limit: int, records: Collection[str] | None = None) -> list[Membership]:
        """The teams that the practitioner is in, the last joined first; of these records alone."""

    async def find(self, membership_id: str) -> Membership | None: ...

    async def open_for(self, practitioner_id: str, before: str | None, limit: int) -> list[Invitation]:
        """Those that the practitioner may still answer, newest first, from the one after `before`."""

    async def answer(
        self, invitation_id: str, practitioner_id: str, at: datetime, *, accepted: bool
    ) -> tuple[Invitation, list[tuple[str, str]]] | None:
        """The invitation, and the memberships that stand by it, each with its child; None where there is none of the
        practitioner's to answer."""

    async def end(self, membership_id: str, at: datetime, by: str) -> bool:
        """Whether it stood until now."""

    async def purge(self, child_id: str) -> None: ...


class NeighbourRepository(Protocol):
    """What the events of other services told, and which clashes were told of."""

    async def practitioner(self, practitioner_id: str) -> Practitioner | None: ...

    async def put_practitioner(self, practitioner: Practitioner) -> None:
        """Leaves what is newer alone."""

    async def relate(self, relationship_id: str, child_id: str, other_child_id: str, *, ended: bool) -> None:
        """What has ended stays so, also where the end is told first."""

    async def family_of(self, child_id: str) -> list[str]:
        """Children related to any of the child's records, each by the record that the link names."""

    async def put_lead(self, child_id: str, practitioner_id: str) -> None: ...

    async def lead_of(self, child_id: str) -> str | None:
        """Of the record that stands; where it has none, of one that was merged into it."""

    async def led_by(self, practitioner_id: str, limit: int) -> list[str]:
        """Records for which the practitioner leads."""

    async def merge(self, merge_id: str, record: str, into: str, *, undone: bool) -> None:
        """What was undone stays so, also where that is told first."""

    async def records_of(self, child_id: str) -> list[str]:
        """The child's records, that which stands first."""

    async def archive(self, child_id: str, *, archived: bool) -> None: ...

    async def is_archived(self, child_id: str) -> bool: ...

    async def add_clash(self, child_id: str, other_child_id: str, kind: ClashKind, week: str, at: datetime) -> bool:
        """Whether it is new. `week`: of which it is, as in ISO 8601, or empty."""

    async def purge(self, child_id: str) -> None: ...


class ActionRepository(Protocol):
    async def add(self, action: Action) -> None: ...

    async def find(self, action_id: str) -> Action | None: ...

    async def page(
        self,
        records: Collection[str],
        categories: Collection[Category],
        status: ActionStatus | None,
        before: str | None,
        limit: int,
    ) -> list[Action]:
        """Of these categories, newest first, from the one after the action id `before`."""

    async def due(self, records: Collection[str], category: Category, limit: int) -> list[tuple[str, date]]:
        """Open actions with their days, the earliest first."""

    async def save(self, action: Action, *, remind_anew: bool) -> bool:
        """False, and nothing saved, unless the version before this one is the one that stands."""

    async def overdue(self, today: date, owner_told_by: datetime, after: str | None, limit: int) -> list[Action]:
        """Open and past their day, of whom the owner has not been reminded, or was by then and the lead professional
        has not been; by action id, from the one after `after`. None of a closed record."""

    async def reminded(self, action: Action, at: datetime, *, lead: bool) -> bool:
        """Whether it is the first reminder, and the action as it was read."""

    async def purge(self, child_id: str) -> None: ...


class ReviewRepository(Protocol):
    async def add(self, review: Review) -> None: ...

    async def page(
        self,
        records: Collection[str],
        categories: Collection[Category],
        before: tuple[date, str] | None,
        limit: int,
    ) -> list[Review]:
        """The latest first, from the one after `before`, with decisions and scores of these categories alone."""

    async def find(self, review_id: str, categories: Collection[Category]) -> Review | None:
        """With decisions and scores of these categories alone."""

    async def planned(self, records: Collection[str], since: date, limit: int) -> list[tuple[str, date]]:
        """Reviews by which a next one is planned on that day or later, with its day, the earliest first."""

    async def progress(self, records: Collection[str], categories: Collection[Category]) -> list[Point]:
        """In the order of time."""

    async def meetings(self, records: Collection[str], since: date) -> list[date]:
        """Days of reviews, held or planned, on that day or later."""

    async def purge(self, child_id: str) -> None: ...


class StageRepository(Protocol):
    async def of_child(self, records: Collection[str]) -> list[Stage]:
        """The last one first."""

    async def add(self, stage: Stage, replaces: str | None) -> bool:
        """Ends the one of that id, which is the record's in force (None: it has none). False where another was agreed
        meanwhile."""

    async def close(self, child_id: str, at: datetime | None) -> None:
        """The record is closed from then on; None: it is open again."""

    async def count_one_of(self, records: Sequence[str]) -> None:
        """In reports, of these records of one child, the first that has a stage."""

    async def put_service(self, service_id: str, name: str, *, is_school: bool, version: int) -> None: ...

    async def put_episode(self, episode_id: str, child_id: str, service_id: str, started_on: date) -> None: ...

    async def end_episode(self, episode_id: str, child_id: str) -> None: ...

    async def counts(self, at: datetime) -> tuple[Mapping[tuple[str | None, int], int], Mapping[str, str]]:
        """Children by school and stage in force at that moment, and the schools' names."""

    async def purge(self, child_id: str) -> None: ...


class AssessmentUnitOfWork(UnitOfWork):
    """One transaction over all that hangs off a child here."""

    assessments: AssessmentRepository
    contributions: ContributionRepository
    drafts: DraftRepository
    used_templates: UsedTemplateRepository
    lifecycle: LifecycleRepository
    requests: RequestRepository
    kept_templates: KeptTemplateRepository

    teams: TeamRepository
    neighbours: NeighbourRepository
    actions: ActionRepository
    reviews: ReviewRepository
    stages: StageRepository
    service_directory: ServiceDirectoryRepository
    receiving_services: ReceivingServiceRepository
    legal_bases: LegalBasisRepository
    referrals: ReferralRepository
    life_events: LifeEventRepository
    chronology: ChronologyRepository
    people: PeopleRepository


UnitOfWorkFactory = Callable[[], AssessmentUnitOfWork]
