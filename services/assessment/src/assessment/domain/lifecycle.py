"""The life of an assessment: begun, contributing, completed, reviewed, closed.

`STEPS` is the whole of it: what may be done where an assessment stands, and where it stands then. What is not in the
table is refused, each refusal by a code of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from assessment.domain.assessments import Status
from chassis.errors import Conflict
from contracts.vocabulary import Category


class Step(StrEnum):
    WRITE = "write"
    """To contribute, to offer a draft, to keep one."""
    ASK = "ask"
    COMPLETE = "complete"
    """Once more, it puts right what was said; every version is kept."""
    REVIEW = "review"
    CLOSE = "close"


_OPEN = (Status.BEGUN, Status.COMPLETED, Status.REVIEWED)

STEPS: Mapping[tuple[Status, Step], Status] = {
    **{(status, step): status for status in _OPEN for step in (Step.WRITE, Step.ASK)},
    **{(status, Step.CLOSE): Status.CLOSED for status in _OPEN},
    (Status.BEGUN, Step.COMPLETE): Status.COMPLETED,
    (Status.COMPLETED, Step.COMPLETE): Status.COMPLETED,
    (Status.REVIEWED, Step.COMPLETE): Status.REVIEWED,
    (Status.COMPLETED, Step.REVIEW): Status.REVIEWED,
    (Status.REVIEWED, Step.REVIEW): Status.REVIEWED,
}


def after(status: Status, step: Step) -> Status:
    """Where an assessment stands after a step. `status` as it is kept: `contributing` is kept as `begun`.

    Raises `Conflict`: `assessment-closed` for anything that comes after the end, `assessment-not-completed` for the
    review of what nobody has completed.
    """
    found = STEPS.get((status, step))
    if found is not None:
        return found
    if status is Status.CLOSED:
        raise Conflict("The assessment is closed", code="assessment-closed")
    raise Conflict("Nobody has completed the assessment yet", code="assessment-not-completed")


def as_seen(status: Status, *, contributed: bool) -> Status:
    """`contributed`: whether somebody contributed to a section that the reader may see. Of the others the status tells
    nothing: that there is something in the section on health is itself something about health."""
    return Status.CONTRIBUTING if status is Status.BEGUN and contributed else status


class GivenBy(StrEnum):
    """Whose the consent is. Source: as for the consents that are recorded in Kith."""

    YOUNG_PERSON = "young_person"
    PARENT = "parent"


@dataclass(frozen=True, slots=True)
class ConsentNoted:
    """Whose consent, and how it was recorded: a consent's id in Kith, or words where it is kept elsewhere."""

    given_by: GivenBy
    consent_id: str | None
    words: str | None


@dataclass(frozen=True, slots=True)
class Finding:
    """A part of the summary that tells of another category than the plan's."""

    text: str
    category: Category


@dataclass(frozen=True, slots=True)
class Completion:
    """What was found and agreed. `version` counts from 1: what is put right later is the next one."""

    assessment_id: str
    version: int
    summary: str
    child_views: str
    parent_views: str
    consent: ConsentNoted
    completed_by: str
    completed_at: datetime
    findings: tuple[Finding, ...] = ()
    agreed_action_ids: tuple[str, ...] = ()


class ReviewOutcome(StrEnum):
    """What a review of an assessment found. Source: the outcomes by which reviews of early help assessments end."""

    NEEDS_MET = "needs-met"
    CONTINUES = "continues"
    PLAN_CHANGED = "plan-changed"
    STEP_UP = "step-up"
    STEP_DOWN = "step-down"


@dataclass(frozen=True, slots=True)
class AssessmentReview:
    """`next_on`: when it is to be looked at again."""

    assessment_review_id: str
    assessment_id: str
    outcome: ReviewOutcome
    words: str
    held_on: date
    next_on: date | None
    reviewed_by: str
    reviewed_at: datetime


class ClosureReason(StrEnum):
    NEEDS_MET = "needs-met"
    FAMILY_DECLINED = "family-declined"
    MOVED_AWAY = "moved-away"
    BEGUN_IN_ERROR = "begun-in-error"
    OTHER = "other"
    STEPPED_UP = "stepped-up"
    STEPPED_DOWN = "stepped-down"


class Direction(StrEnum):
    """Of a step between levels of support: up to social care, or down from it again."""

    UP = "up"
    DOWN = "down"


CLOSED_BY = {Direction.UP: ClosureReason.STEPPED_UP, Direction.DOWN: ClosureReason.STEPPED_DOWN}
"""Why an assessment is closed that another follows; given by that step alone."""


@dataclass(frozen=True, slots=True)
class Closure:
    assessment_id: str
    reason_code: ClosureReason
    reason: str
    closed_by: str
    closed_at: datetime


@dataclass(frozen=True, slots=True)
class Following:
    """An assessment that takes up where another was closed. `thread_id` is the id of the thread's first. `follows` is
    None where the record of what it followed is gone for good."""

    assessment_id: str
    thread_id: str
    follows: str | None
    step: Direction


@dataclass(frozen=True, slots=True)
class ContributionRequest:
    """Somebody waits for somebody. `section_key` None: wherever they have something to say. `sensitive`: that this
    practitioner is asked belongs to that category. `active`: whether the directory has them as such. `answered_at` is
    the reader's: when something was offered that they may see."""

    request_id: str
    assessment_id: str
    practitioner_id: str
    section_key: str | None
    due_on: date | None
    sensitive: bool
    asked_by: str
    asked_at: datetime
    active: bool = True
    answered_at: datetime | None = None
