"""An assessment of a child, and what practitioners contributed to it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class Status(StrEnum):
    """Where an assessment stands (`domain.lifecycle`). `contributing` is nowhere kept: it is `begun`, seen by somebody
    who may see what was contributed."""

    BEGUN = "begun"
    CONTRIBUTING = "contributing"
    COMPLETED = "completed"
    REVIEWED = "reviewed"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Assessment:
    """`status` as it is kept. `version` counts the steps of its life alone: were a contribution to move it, a hidden
    one would show by it.

    `also_open_reason`: why it was begun though another was open.
    """

    assessment_id: str
    child_id: str
    template_id: str
    template_version: int
    reason: str
    status: Status
    begun_by: str
    begun_at: datetime
    version: int = 1
    also_open_reason: str | None = None

    @property
    def etag(self) -> str:
        """Never equal to a contribution's, so that the one cannot pass for the other in `If-Match`."""
        return f'"{self.status}-{self.version}"'


@dataclass(frozen=True, slots=True)
class Draft:
    """What one practitioner is still writing in a section. It is theirs alone until they offer it."""

    assessment_id: str
    section_key: str
    author_id: str
    content: dict[str, Any]
    revision: str
    saved_at: datetime

    @property
    def etag(self) -> str:
        return f'"draft-{self.revision}"'


@dataclass(frozen=True, slots=True)
class DraftPlace:
    """Where somebody has a draft; not what it says."""

    assessment: Assessment
    section_key: str
    saved_at: datetime

    @property
    def place(self) -> tuple[str, str]:
        return self.assessment.assessment_id, self.section_key


@dataclass(frozen=True, slots=True)
class Contribution:
    """One practitioner's own part of one section. `version` counts from 1; every version is kept."""

    assessment_id: str
    section_key: str
    contributor_id: str
    content: dict[str, Any]
    version: int
    updated_at: datetime
