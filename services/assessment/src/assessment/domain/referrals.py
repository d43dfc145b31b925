"""A referral of a child to a service that is on offer to families: its states, and who may take which step.

    sent → received → accepted → started → ended
                    ↘ declined (with the reason)

From `sent`, `received` or `accepted` the referrer may end it (the family does not want it any more, or never came), and
from `accepted` the receiving team too; the reason is then needed. Nothing leads out of `declined` and `ended`.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from contracts.vocabulary import Category


class Status(StrEnum):
    SENT = "sent"
    RECEIVED = "received"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    STARTED = "started"
    ENDED = "ended"


class Step(StrEnum):
    RECEIVED = "received"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    STARTED = "started"
    ENDED = "ended"


CLOSED = frozenset({Status.DECLINED, Status.ENDED})
UNANSWERED = frozenset({Status.SENT, Status.RECEIVED})

_RECEIVING: dict[Status, tuple[Step, ...]] = {
    Status.SENT: (Step.RECEIVED,),
    Status.RECEIVED: (Step.ACCEPTED, Step.DECLINED),
    Status.ACCEPTED: (Step.STARTED, Step.ENDED),
    Status.STARTED: (Step.ENDED,),
}
_REFERRING: dict[Status, tuple[Step, ...]] = dict.fromkeys(
    (Status.SENT, Status.RECEIVED, Status.ACCEPTED), (Step.ENDED,)
)


class Side(StrEnum):
    """Which part somebody has in a referral, who may have both."""

    RECEIVING = "receiving"
    """Whoever says what became of it: the service's team, or, where there is none in Kith, the referrer and whoever
    leads for the child."""
    REFERRING = "referring"


class How(StrEnum):
    """How a family agreed. As with recorded consents."""

    SPOKEN = "spoken"
    WRITTEN = "written"
    FORM = "form"


class GivenBy(StrEnum):
    YOUNG_PERSON = "young_person"
    PARENT = "parent"


class Direction(StrEnum):
    IN = "in"
    """To a service of one's own teams."""
    OUT = "out"
    """Sent by oneself."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """That the family agreed to the referral, as the referrer says."""

    given_by: GivenBy
    how: How
    given_on: date


@dataclass(frozen=True, slots=True)
class Taken:
    step: Step
    reason: str | None
    taken_by: str
    taken_at: datetime


@dataclass(frozen=True, slots=True)
class Referral:
    """`category` is `involvement` or `sensitive`, and rules who may know of it at all. `service_id` is the service of
    Kith's directory that it went to, and `team_id` that service's team now. `version` counts from 1."""

    referral_id: str
    child_id: str
    entry_id: str
    service_id: str | None
    category: Category
    reason: str
    needs: tuple[str, ...]
    shared: tuple[Category, ...]
    consent: Agreed | None
    legal_basis_id: str | None
    referred_by: str
    sent_at: datetime
    status: Status = Status.SENT
    version: int = 1
    steps: tuple[Taken, ...] = ()
    team_id: str | None = None
    chased_at: datetime | None = None
    escalated_at: datetime | None = None

    @property
    def sensitive(self) -> bool:
        return self.category is Category.SENSITIVE


@dataclass(frozen=True, slots=True)
class Service:
    """Of Kith's own directory, as it last told."""

    service_id: str
    team_id: str | None
    sensitive: bool
    version: int


def sides_of(referral: Referral, viewer_id: str, team_ids: Collection[str], *, leads: bool) -> frozenset[Side]:
    found = set()
    refers = referral.referred_by == viewer_id
    if refers or leads:
        found.add(Side.REFERRING)
    if referral.team_id in team_ids if referral.team_id is not None else refers or leads:
        found.add(Side.RECEIVING)
    return frozenset(found)


def possible(status: Status, sides: Collection[Side]) -> tuple[Step, ...]:
    """The steps that who stands on these sides may take now."""
    found = dict.fromkeys(_RECEIVING.get(status, ())) if Side.RECEIVING in sides else {}
    if Side.REFERRING in sides:
        found |= dict.fromkeys(_REFERRING.get(status, ()))
    return tuple(found)


def needs_a_reason(status: Status, step: Step) -> bool:
    return step is Step.DECLINED or (step is Step.ENDED and status is not Status.STARTED)


def takes_a_reason(step: Step) -> bool:
    return step in {Step.DECLINED, Step.ENDED}
