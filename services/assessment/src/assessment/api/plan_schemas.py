"""What the routes of the plan take and answer with. What each action, decision or score is about is said by its own
`category`, and rules who is shown it."""

from datetime import date, datetime
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from assessment.api.schemas import without_nul
from assessment.api.team_schemas import PractitionerId
from assessment.domain.plan import Action, ActionStatus, Review
from chassis.disclosure import BY_SECTION, STRUCTURE, In
from contracts.vocabulary import Category, ChildOutcome

_PLAN = In(Category.PLAN)
_Title = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500), AfterValidator(without_nul)
]
_Words = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000), AfterValidator(without_nul)
]
_Rules = Field(description="Who may know of it at all.")


class ActionRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")
    title: _Title
    owner_id: PractitionerId
    due_on: date
    outcome: ChildOutcome | None = None
    category: Annotated[Category, _Rules] = Category.PLAN


class ActionChange(BaseModel):
    """What is left out stays. `outcome` null: none."""

    model_config = ConfigDict(extra="forbid")
    title: _Title = ""
    owner_id: PractitionerId = ""
    due_on: date = date.min
    outcome: ChildOutcome | None = None
    status: ActionStatus = ActionStatus.OPEN
    reason: Annotated[_Words, Field(description="Why it is dropped.")] = ""


class ActionBody(BaseModel):
    """The ETag of an action is its `version` in double quotes."""

    action_id: Annotated[str, BY_SECTION]
    child_id: Annotated[str, BY_SECTION]
    title: Annotated[str, BY_SECTION]
    owner_id: Annotated[str | None, BY_SECTION] = None
    due_on: Annotated[date, BY_SECTION]
    outcome: Annotated[ChildOutcome | None, BY_SECTION] = None
    category: Annotated[Category, BY_SECTION]
    status: Annotated[ActionStatus, BY_SECTION]
    reason: Annotated[str | None, BY_SECTION] = None
    added_by: Annotated[str | None, BY_SECTION] = None
    added_at: Annotated[datetime, BY_SECTION]
    changed_by: Annotated[str | None, BY_SECTION] = None
    changed_at: Annotated[datetime, BY_SECTION]
    version: Annotated[int, BY_SECTION]

    @classmethod
    def of(cls, action: Action, child_id: str | None) -> Self:
        """`child_id` is what the child answers as now."""
        return cls(
            action_id=action.action_id,
            child_id=child_id or action.child_id,
            title=action.title,
            owner_id=action.owner_id,
            due_on=action.due_on,
            outcome=action.outcome,
            category=action.category,
            status=action.status,
            reason=action.reason,
            added_by=action.added_by,
            added_at=action.added_at,
            changed_by=action.changed_by,
            changed_at=action.changed_at,
            version=action.version,
        )


class ActionPage(BaseModel):
    """Newest first."""

    items: Annotated[list[ActionBody], STRUCTURE]
    next_cursor: Annotated[str | None, STRUCTURE]


class DecisionIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    text: _Words
    category: Annotated[Category, _Rules] = Category.PLAN


class ScoreIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    outcome: ChildOutcome
    score: Annotated[int, Field(ge=0, le=10, strict=True)]
    category: Annotated[Category, _Rules] = Category.PLAN


class ReviewRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")
    held_on: date
    attendees: Annotated[list[PractitionerId], Field(max_length=50)] = []
    decisions: Annotated[list[DecisionIn], Field(max_length=50)] = []
    progress: Annotated[list[ScoreIn], Field(max_length=5, description="At most one for each outcome.")] = []
    next_on: date | None = None


class DecisionBody(BaseModel):
    text: Annotated[str, BY_SECTION]
    category: Annotated[Category, BY_SECTION]


class ScoreBody(BaseModel):
    outcome: Annotated[ChildOutcome, BY_SECTION]
    score: Annotated[int, BY_SECTION]
    category: Annotated[Category, BY_SECTION]


class ReviewBody(BaseModel):
    """`decisions` and `progress` hold the granted ones alone."""

    review_id: Annotated[str, _PLAN]
    child_id: Annotated[str, _PLAN]
    held_on: Annotated[date, _PLAN]
    attendees: Annotated[list[str] | None, _PLAN] = None
    decisions: Annotated[list[DecisionBody], BY_SECTION]
    progress: Annotated[list[ScoreBody], BY_SECTION]
    next_on: Annotated[date | None, _PLAN] = None
    recorded_by: Annotated[str | None, _PLAN] = None
    recorded_at: Annotated[datetime, _PLAN]

    @classmethod
    def of(cls, review: Review, child_id: str | None) -> Self:
        return cls(
            review_id=review.review_id,
            child_id=child_id or review.child_id,
            held_on=review.held_on,
            attendees=list(review.attendees),
            decisions=[DecisionBody(text=each.text, category=each.category) for each in review.decisions],
            progress=[
                ScoreBody(outcome=each.outcome, score=each.score, category=each.category) for each in review.scores
            ],
            next_on=review.next_on,
            recorded_by=review.recorded_by,
            recorded_at=review.recorded_at,
        )


class ReviewPage(BaseModel):
    """The latest first."""

    items: Annotated[list[ReviewBody], STRUCTURE]
    next_cursor: Annotated[str | None, STRUCTURE]


class ProgressPoint(BaseModel):
    on: Annotated[date, BY_SECTION]
    score: Annotated[int, BY_SECTION]


class ProgressLine(BaseModel):
    """A line of a chart: one outcome over time, from 0 to 10."""

    outcome: Annotated[ChildOutcome, BY_SECTION]
    points: Annotated[list[ProgressPoint], BY_SECTION]


class ProgressBody(BaseModel):
    outcomes: Annotated[list[ProgressLine], STRUCTURE]
