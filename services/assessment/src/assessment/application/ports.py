"""What the use cases need of the world."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Protocol

from assessment.domain.assessments import Assessment, Contribution
from chassis.unit_of_work import UnitOfWork


class AssessmentRepository(Protocol):
    async def add(self, assessment: Assessment) -> bool:
        """False, and nothing added, where the child has an open assessment of that template."""

    async def open_of(self, records: Collection[str], template_id: str) -> str | None:
        """The id of the open assessment of that template, if the child has one under any of these records."""

    async def find(self, assessment_id: str) -> Assessment | None: ...

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


class AssessmentUnitOfWork(UnitOfWork):
    """One transaction over assessments and contributions."""

    assessments: AssessmentRepository
    contributions: ContributionRepository


UnitOfWorkFactory = Callable[[], AssessmentUnitOfWork]
