"""What the routes answer with. Each field declares its information category."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, Field

from chassis.disclosure import STRUCTURE, In
from contracts.vocabulary import Category
from notifications.domain.entries import Entry, State
from notifications.domain.hearing import WHY, NotificationType

_INVOLVEMENT = In(Category.INVOLVEMENT)


class Notification(BaseModel):
    """Ids and codes only. What they stand for is read, and decided on, where it lives."""

    notification_id: Annotated[str, _INVOLVEMENT]
    type: Annotated[NotificationType, _INVOLVEMENT]
    child_id: Annotated[str | None, _INVOLVEMENT] = None
    episode_id: Annotated[str | None, _INVOLVEMENT] = None
    assessment_id: Annotated[str | None, _INVOLVEMENT] = None
    override_id: Annotated[str | None, _INVOLVEMENT] = None
    consent_id: Annotated[str | None, _INVOLVEMENT] = None
    practitioner_id: Annotated[str | None, _INVOLVEMENT] = None
    action_id: Annotated[str | None, _INVOLVEMENT] = None
    referral_id: Annotated[str | None, _INVOLVEMENT] = None
    created_at: Annotated[datetime, _INVOLVEMENT]
    why: Annotated[str, _INVOLVEMENT, Field(description="Why you get this, in plain words.")]
    state: Annotated[State, _INVOLVEMENT]
    acknowledged_at: Annotated[datetime | None, _INVOLVEMENT] = None

    @classmethod
    def of(cls, entry: Entry) -> Self:
        return cls(
            notification_id=entry.notification_id,
            type=entry.type,
            child_id=entry.child_id,
            episode_id=entry.episode_id,
            assessment_id=entry.assessment_id,
            override_id=entry.override_id,
            consent_id=entry.consent_id,
            practitioner_id=entry.practitioner_id,
            action_id=entry.action_id,
            referral_id=entry.referral_id,
            created_at=entry.created_at,
            why=WHY[entry.type],
            state=entry.state,
            acknowledged_at=entry.acknowledged_at,
        )


class NotificationPage(BaseModel):
    """Newest first. `unread` counts all unread ones that the caller may see, not only this page's."""

    items: Annotated[list[Notification], STRUCTURE]
    next_cursor: Annotated[str | None, STRUCTURE]
    unread: Annotated[int, STRUCTURE]
