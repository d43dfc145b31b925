"""An entry in a practitioner's inbox: ids and codes, never a name."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from contracts.vocabulary import Category
from notifications.domain.hearing import OF_INVOLVEMENT, NotificationType


class State(StrEnum):
    UNREAD = "unread"
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

    @property
    def state(self) -> State:
        return State.UNREAD if self.acknowledged_at is None else State.ACKNOWLEDGED
