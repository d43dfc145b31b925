"""What the routes of an assessment's life take and answer with, each field with its category."""

from datetime import date, datetime
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from assessment.api.schemas import Reason, without_nul
from assessment.api.team_schemas import PractitionerId
from assessment.domain.assessments import Status
from assessment.domain.lifecycle import (
    AssessmentReview,
    Closure,
    ClosureReason,
    Completion,
    ConsentNoted,
    ContributionRequest,
    Direction,
    Finding,
    GivenBy,
    ReviewOutcome,
)
from chassis.disclosure import BY_SECTION, STRUCTURE, In
from chassis.errors import FieldError, Invalid
from contracts.vocabulary import Category

_INVOLVEMENT, _PLAN = In(Category.INVOLVEMENT), In(Category.PLAN)
_Words = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000), AfterValidator(without_nul)
]
_Id = Annotated[str, StringConstraints(max_length=36), AfterValidator(without_nul)]


class ConsentIn(BaseModel):
    """Whose consent to what was agreed, and where it is recorded: one of the two."""

    model_config = ConfigDict(extra="forbid")
    given_by: GivenBy
    consent_id: Annotated[_Id | None, Field(description="A consent that is recorded in Kith.")] = None
    words: Annotated[Reason | None, Field(description="How it was given, where it is recorded elsewhere.")] = None

    def noted(self) -> ConsentNoted:
        """Raises `Invalid` unless it says one of the two."""
        if (self.consent_id is None) == (self.words is None):
            raise Invalid.field("/consent/words", "is needed without consent_id, and then alone")
        return ConsentNoted(self.given_by, self.consent_id, self.words)


class FindingIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    text: _Words
    category: Annotated[Category, Field(description="Who may know of it at all.")]


class CompletionRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")
    summary: Annotated[_Words, Field(description="For everybody who may see the plan.")]
    child_views: Annotated[_Words, Field(description="What the child says to it; or why nobody knows.")]
    parent_views: Annotated[_Words, Field(description="What parents and carers say to it; or why nobody knows.")]
    consent: ConsentIn
    findings: Annotated[
        list[FindingIn], Field(max_length=50, description="What tells of another category than the plan's.")
    ] = []
    agreed_action_ids: Annotated[
        list[_Id], Field(max_length=100, description="Actions of the child's plan; each told to whom it may be told.")
    ] = []

    def found(self) -> list[Finding]:
        return [Finding(each.text, each.category) for each in self.findings]

    def agreed(self) -> list[str]:
        """Raises `Invalid` for one that is named twice."""
        ids = self.agreed_action_ids
        errors = [
            FieldError(f"/agreed_action_ids/{number}", "is named twice")
            for number, each in enumerate(ids)
            if each in ids[:number]
        ]
        if errors:
            raise Invalid(errors)
        return ids


class ReviewIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    outcome: ReviewOutcome
    words: _Words
    held_on: date
    next_on: Annotated[date | None, Field(description="When it is looked at again.")] = None

    def next_day(self) -> date | None:
        """Raises `Invalid` for a next review before this one."""
        if self.next_on is not None and self.next_on <= self.held_on:
            raise Invalid.field("/next_on", "is not after held_on")
        return self.next_on


class ClosureRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")
    reason_code: Annotated[
        ClosureReason, Field(description="`stepped-up` and `stepped-down` come with the assessment that follows.")
    ]
    reason: Reason

    def code(self) -> ClosureReason:
        """Raises `Invalid` for one that goes with an assessment that follows."""
        if self.reason_code in {ClosureReason.STEPPED_UP, ClosureReason.STEPPED_DOWN}:
            raise Invalid.field("/reason_code", "is for an assessment that another follows: begin that one")
        return self.reason_code


class AskRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")
    practitioner_id: PractitionerId
    section_key: Annotated[
        Annotated[str, StringConstraints(min_length=1, max_length=64), AfterValidator(without_nul)] | None,
        Field(description="Left out: wherever they have something to say."),
    ] = None
    due_on: date | None = None


class ConsentBody(BaseModel):
    given_by: Annotated[GivenBy, _PLAN]
    consent_id: Annotated[str | None, _PLAN] = None
    words: Annotated[str | None, _PLAN] = None


class FindingBody(BaseModel):
    text: Annotated[str, BY_SECTION]
    category: Annotated[Category, BY_SECTION]


class CompletionBody(BaseModel):
    """`findings` and `agreed_action_ids` hold those alone of which you may know."""

    version: Annotated[int, _PLAN]
    summary: Annotated[str, _PLAN]
    child_views: Annotated[str, _PLAN]
    parent_views: Annotated[str, _PLAN]
    consent: Annotated[ConsentBody, _PLAN]
    findings: Annotated[list[FindingBody], BY_SECTION]
    agreed_action_ids: Annotated[list[str], BY_SECTION]
    completed_by: Annotated[str | None, _PLAN] = None
    completed_at: Annotated[datetime, _PLAN]

    @classmethod
    def of(cls, completion: Completion, *, named: bool = True) -> Self:
        """`named`: with who did it."""
        consent = completion.consent
        return cls(
            version=completion.version,
            summary=completion.summary,
            child_views=completion.child_views,
            parent_views=completion.parent_views,
            consent=ConsentBody(given_by=consent.given_by, consent_id=consent.consent_id, words=consent.words),
            findings=[FindingBody(text=each.text, category=each.category) for each in completion.findings],
            agreed_action_ids=list(completion.agreed_action_ids),
            completed_by=completion.completed_by if named else None,
            completed_at=completion.completed_at,
        )


class CompletionPage(BaseModel):
    """Every version, the newest first."""

    items: Annotated[list[CompletionBody], STRUCTURE]
    next_cursor: Annotated[str | None, STRUCTURE]


class AssessmentReviewBody(BaseModel):
    assessment_review_id: Annotated[str, _PLAN]
    outcome: Annotated[ReviewOutcome, _PLAN]
    words: Annotated[str, _PLAN]
    held_on: Annotated[date, _PLAN]
    next_on: Annotated[date | None, _PLAN] = None
    reviewed_by: Annotated[str | None, _PLAN] = None
    reviewed_at: Annotated[datetime, _PLAN]

    @classmethod
    def of(cls, review: AssessmentReview, *, named: bool = True) -> Self:
        return cls(
            assessment_review_id=review.assessment_review_id,
            outcome=review.outcome,
            words=review.words,
            held_on=review.held_on,
            next_on=review.next_on,
            reviewed_by=review.reviewed_by if named else None,
            reviewed_at=review.reviewed_at,
        )


class AssessmentReviewPage(BaseModel):
    """The newest first."""

    items: Annotated[list[AssessmentReviewBody], STRUCTURE]
    next_cursor: Annotated[str | None, STRUCTURE]


class ClosureBody(BaseModel):
    reason_code: Annotated[ClosureReason, _PLAN]
    reason: Annotated[str, _PLAN]
    closed_by: Annotated[str | None, _INVOLVEMENT] = None
    closed_at: Annotated[datetime, _INVOLVEMENT]

    @classmethod
    def of(cls, closure: Closure, *, named: bool = True) -> Self:
        return cls(
            reason_code=closure.reason_code,
            reason=closure.reason,
            closed_by=closure.closed_by if named else None,
            closed_at=closure.closed_at,
        )


class _Stepped(BaseModel):
    assessment_id: Annotated[str, _INVOLVEMENT]
    status: Annotated[Status, _INVOLVEMENT]


class Completed(_Stepped):
    """The ETag is the assessment's."""

    completion: Annotated[CompletionBody, BY_SECTION]


class Reviewed(_Stepped):
    """The ETag is the assessment's."""

    review: Annotated[AssessmentReviewBody, BY_SECTION]


class Closed(_Stepped):
    """The ETag is the assessment's."""

    closure: Annotated[ClosureBody, BY_SECTION]


class ContributionRequestBody(BaseModel):
    """`active`: whether the directory has them as such. `answered_at`: since when there is something of theirs that you
    may see. To one who may not learn where the child is, without who works there."""

    request_id: Annotated[str, BY_SECTION]
    practitioner_id: Annotated[str | None, BY_SECTION] = None
    section_key: Annotated[str | None, BY_SECTION] = None
    due_on: Annotated[date | None, BY_SECTION] = None
    active: Annotated[bool, BY_SECTION]
    asked_by: Annotated[str | None, BY_SECTION] = None
    asked_at: Annotated[datetime, BY_SECTION]
    answered_at: Annotated[datetime | None, BY_SECTION] = None

    @classmethod
    def of(cls, request: ContributionRequest, veiled_from: str | None = None) -> Self:
        """`veiled_from`: the reader, where nobody but they themselves may be named."""
        asked, by = request.practitioner_id, request.asked_by
        return cls(
            request_id=request.request_id,
            practitioner_id=asked if veiled_from in {None, asked} else None,
            section_key=request.section_key,
            due_on=request.due_on,
            active=request.active,
            asked_by=by if veiled_from in {None, by} else None,
            asked_at=request.asked_at,
            answered_at=request.answered_at,
        )


class ContributionRequestPage(BaseModel):
    """Newest first."""

    items: Annotated[list[ContributionRequestBody], STRUCTURE]
    next_cursor: Annotated[str | None, STRUCTURE]


class OfThreadBody(BaseModel):
    """`step`: by which it follows the one before it in the thread."""

    assessment_id: Annotated[str, _INVOLVEMENT]
    template_id: Annotated[str, _INVOLVEMENT]
    title: Annotated[str, _INVOLVEMENT]
    status: Annotated[Status, _INVOLVEMENT]
    begun_at: Annotated[datetime, _INVOLVEMENT]
    follows: Annotated[str | None, _INVOLVEMENT] = None
    step: Annotated[Direction | None, _INVOLVEMENT] = None
