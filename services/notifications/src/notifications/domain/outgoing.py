"""What is to be told outside the inbox: by e-mail, by text message, to an agency's system."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum

from contracts.vocabulary import Category
from notifications.domain.happenings import OF_INVOLVEMENT


class Channel(StrEnum):
    EMAIL = "email"
    TEXT = "text"
    WEBHOOK = "webhook"


class Priority(IntEnum):
    """Which goes first: the smaller."""

    CRITICAL = 0
    NORMAL = 1
    BULK = 2


class State(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    STOPPED = "stopped"
    """The recipient may not know of it any more."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Destination:
    """Where something goes: a practitioner's or an account's e-mail, or one webhook. What one of them holds up holds up
    nobody else."""

    channel: Channel
    destination_id: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """One thing to be told at one destination: ids and codes, never a name. `recipient_id`: who is decided on.
    `type`: a notification's or an event's. `attempts` made so far; `due_at` is when the next may be. Times are UTC."""

    delivery_id: str
    destination: Destination
    recipient_id: str
    priority: Priority
    type: str
    created_at: datetime
    due_at: datetime
    notification_id: str | None = None
    event_id: str | None = None
    child_id: str | None = None
    other_child_id: str | None = None
    categories: tuple[Category, ...] = OF_INVOLVEMENT
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Sent:
    """How an attempt ended. `code` says it in a word (`http-503`, `timeout`), without a name or an address in it.
    `again`: whether trying once more may help. `after`: no sooner than this (the receiver said so)."""

    delivered: bool
    code: str
    again: bool = True
    after: timedelta | None = None


def next_attempt(
    schedule: Sequence[timedelta], attempts: int, now: datetime, jitter: float, after: timedelta | None
) -> datetime | None:
    """When to try again after `attempts` that failed; None: not any more. `schedule` holds the pause before each
    attempt, the first too; `jitter` from 0 to 1 lengthens it by up to a tenth, so that what failed together does not
    come back together."""
    if attempts >= len(schedule):
        return None
    pause = max(schedule[attempts], after or timedelta(0))
    return now + pause * (1 + jitter / 10)
