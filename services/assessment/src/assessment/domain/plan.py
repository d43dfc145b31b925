"""The plan of a child: actions, and the reviews that look at how it goes."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from contracts.vocabulary import Category, ChildOutcome


class ActionStatus(StrEnum):
    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Action:
    """`category` rules who may know of it at all; it never changes. `reason`: why it was dropped. `version` counts
    from 1."""

    action_id: str
    child_id: str
    title: str
    owner_id: str
    due_on: date
    outcome: ChildOutcome | None
    category: Category
    status: ActionStatus
    reason: str | None
    added_by: str
    added_at: datetime
    changed_by: str
    changed_at: datetime
    version: int = 1
    owner_reminded_at: datetime | None = None
    lead_reminded_at: datetime | None = None
    done_at: datetime | None = None
    done_by: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    text: str
    category: Category


@dataclass(frozen=True, slots=True)
class Score:
    """From 0 (nothing of it reached) to 10."""

    outcome: ChildOutcome
    score: int
    category: Category


@dataclass(frozen=True, slots=True)
class Review:
    """A meeting that looked at the plan. `attendees` are practitioners. A decision or score of another category than
    the plan's is for whom that one is granted, too."""

    review_id: str
    child_id: str
    held_on: date
    attendees: tuple[str, ...]
    next_on: date | None
    recorded_by: str
    recorded_at: datetime
    decisions: tuple[Decision, ...] = ()
    scores: tuple[Score, ...] = ()

    def meetings_from(self, day: date) -> list[date]:
        """Its meetings on that day or later."""
        return [each for each in (self.held_on, self.next_on) if each is not None and each >= day]


def week_of(day: date) -> str:
    """ISO 8601: 2026-W48."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


def weeks_in_common(mine: list[date], theirs: list[date]) -> list[str]:
    """Weeks in which two siblings have a meeting each. On the same day they are taken for one meeting."""
    return sorted({week_of(one) for one in mine for other in theirs if one != other and week_of(one) == week_of(other)})


@dataclass(frozen=True, slots=True)
class Point:
    """What a review found of an outcome."""

    outcome: ChildOutcome
    on: date
    score: int
