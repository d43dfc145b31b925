"""What the inbox answers with and takes. Each field of an answer declares its information category."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from chassis.disclosure import STRUCTURE, In
from contracts.vocabulary import Category
from notifications.domain.entries import Entry, State
from notifications.domain.happenings import NotificationType
from notifications.domain.hearing import Priority, Rules
from notifications.domain.plain_words import Stopping, about, names_colleague, stopping, why

_INVOLVEMENT = In(Category.INVOLVEMENT)
_Id = Annotated[str, Field(min_length=1, max_length=64)]


class Stop(BaseModel):
    """One of the two is there."""

    where: Annotated[str | None, STRUCTURE, Field(description="Where you turn this off.")] = None
    why_not: Annotated[str | None, STRUCTURE, Field(description="Why you cannot turn this off.")] = None

    @classmethod
    def of(cls, found: Stopping) -> Self:
        return cls(where=found.where, why_not=found.why_not)


class Notification(BaseModel):
    """Ids and codes only. What they stand for is read, and decided on, where it lives."""

    notification_id: Annotated[str, _INVOLVEMENT]
    type: Annotated[NotificationType, _INVOLVEMENT]
    priority: Annotated[Priority, _INVOLVEMENT]
    child_id: Annotated[str | None, _INVOLVEMENT] = None
    episode_id: Annotated[str | None, _INVOLVEMENT] = None
    assessment_id: Annotated[str | None, _INVOLVEMENT] = None
    override_id: Annotated[str | None, _INVOLVEMENT] = None
    consent_id: Annotated[str | None, _INVOLVEMENT] = None
    practitioner_id: Annotated[str | None, _INVOLVEMENT] = None
    action_id: Annotated[str | None, _INVOLVEMENT] = None
    referral_id: Annotated[str | None, _INVOLVEMENT] = None
    signal_id: Annotated[str | None, _INVOLVEMENT] = None
    about: Annotated[
        Category | None, _INVOLVEMENT, Field(description="What of the record changed; only who may see it is told.")
    ] = None
    covers_for: Annotated[str | None, _INVOLVEMENT, Field(description="The colleague for whom you stood in.")] = None
    created_at: Annotated[datetime, _INVOLVEMENT]
    why: Annotated[str, _INVOLVEMENT, Field(description="Why you get this, in plain words.")]
    why_cy: Annotated[str | None, _INVOLVEMENT, Field(description="The same in Welsh, where it was written.")] = None
    stop: Annotated[Stop, STRUCTURE]
    state: Annotated[State, _INVOLVEMENT]
    acknowledged_at: Annotated[datetime | None, _INVOLVEMENT] = None
    snoozed_until: Annotated[datetime | None, _INVOLVEMENT] = None

    @classmethod
    def of(cls, entry: Entry, rules: Rules, now: datetime) -> Self:
        rule, state = rules.behind(entry.type, entry.audience), entry.state_at(now)
        return cls(
            notification_id=entry.notification_id,
            type=entry.type,
            priority=entry.priority,
            child_id=entry.child_id,
            episode_id=entry.episode_id,
            assessment_id=entry.assessment_id,
            override_id=entry.override_id,
            consent_id=entry.consent_id,
            practitioner_id=entry.practitioner_id if names_colleague(entry) else None,
            action_id=entry.action_id,
            referral_id=entry.referral_id,
            signal_id=entry.signal_id,
            about=about(entry),
            covers_for=entry.covers_for,
            created_at=entry.created_at,
            why=why(rule),
            why_cy=None if rule is None else rule.why_cy,
            stop=Stop.of(stopping(entry, rule)),
            state=state,
            acknowledged_at=entry.acknowledged_at,
            snoozed_until=entry.snoozed_until if state is State.SNOOZED else None,
        )


class NotificationPage(BaseModel):
    """Newest first. `unread` counts all unread ones that the caller may see, whatever was asked for; one that was put
    off is not among them until it comes back."""

    items: Annotated[list[Notification], STRUCTURE]
    next_cursor: Annotated[str | None, STRUCTURE]
    unread: Annotated[int, STRUCTURE]


class AcknowledgeAll(BaseModel):
    """Of which ones. `up_to`: the newest that you have seen; what came after it is left alone."""

    model_config = ConfigDict(extra="forbid")
    up_to: _Id
    type: NotificationType | None = None
    child_id: _Id | None = None
    priority: Priority | None = None


class AcknowledgedAll(BaseModel):
    """`acknowledged`: how many were unread until now. `unread`: how many are left."""

    acknowledged: Annotated[int, STRUCTURE]
    unread: Annotated[int, STRUCTURE]


class Snooze(BaseModel):
    model_config = ConfigDict(extra="forbid")
    until: AwareDatetime
