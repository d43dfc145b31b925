"""An entry in a practitioner's inbox: ids and codes, never a name."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from contracts.vocabulary import Category
from notifications.domain.happenings import OF_INVOLVEMENT, Audience, NotificationType
from notifications.domain.hearing import Priority

LONGEST_SNOOZE = timedelta(days=90)


class State(StrEnum):
    UNREAD = "unread"
    SNOOZED = "snoozed"
    """Put off, until it comes back by itself."""
    ACKNOWLEDGED = "acknowledged"


@dataclass(frozen=True, slots=True)
class Entry:
    """`acknowledged_at` is None while nobody has acknowledged it. `child_id` is None in what an officer or a
    team's leader is told, who may know of no child. Times are UTC."""

    notification_id: str
    recipient_id: str
    type: NotificationType
    child_id: str | None
    episode_id: str | None
    assessment_id: str | None
    created_at: datetime
    consent_id: str | None = None
    acknowledged_at: datetime | None = None
    override_id: str | None = None
    other_child_id: str | None = None
    """A child of the same family, whom the entry tells of without naming."""
    referral_id: str | None = None
    practitioner_id: str | None = None
    """The colleague whom the entry is about."""
    action_id: str | None = None
    categories: tuple[Category, ...] = OF_INVOLVEMENT
    """What it takes to be shown it; only who may see all of these of the child knows that it is there."""
    priority: Priority = Priority.NORMAL
    audience: Audience | None = None
    """As what the recipient was told; None in an entry from before it was kept."""
    snoozed_until: datetime | None = None
    covers_for: str | None = None
    """The colleague for whom the recipient stood in."""
    agency_id: str | None = None
    """Of whoever became involved; for what is kept back from the family."""
    signal_id: str | None = None

    def state_at(self, now: datetime) -> State:
        if self.acknowledged_at is not None:
            return State.ACKNOWLEDGED
        return State.SNOOZED if self.snoozed_until is not None and self.snoozed_until > now else State.UNREAD


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries of an inbox; None: whatever it is. `now`: by which `state` is told. `children`: all records of
    one child. `up_to`: no entry that was committed after the one with this number."""

    now: datetime
    state: State | None = None
    type: NotificationType | None = None
    children: Collection[str] | None = None
    priority: Priority | None = None
    up_to: int | None = None
