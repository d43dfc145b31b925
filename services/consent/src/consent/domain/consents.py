"""Rules about consents: how one was given, when its end is near, and what a later withdrawal leaves of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from consent.domain.facts import Recipient
from contracts.vocabulary import Category, Purpose, RecipientType


class Who(StrEnum):
    """Who of a family gives a consent, or was asked for one."""

    YOUNG_PERSON = "young_person"
    PARENT = "parent"


class How(StrEnum):
    """How a family gave a consent that a practitioner recorded."""

    SPOKEN = "spoken"
    WRITTEN = "written"
    FORM = "form"


@dataclass(frozen=True, slots=True)
class Evidence:
    """`given_at` is when the family said yes (UTC), which may be well before anybody recorded it."""

    how: How
    given_at: datetime
    reference: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Agreed:
    """What somebody agreed to share. `purposes` None: any."""

    given_by: str
    categories: frozenset[Category]
    recipients: tuple[Recipient, ...]
    purposes: frozenset[Purpose] | None = None

    def overlaps(self, other: "Agreed") -> bool:
        """Whether both could open the same category of the same child to the same viewer for the same purpose."""
        return (
            self.given_by == other.given_by
            and not self.categories.isdisjoint(other.categories)
            and (self.purposes is None or other.purposes is None or not self.purposes.isdisjoint(other.purposes))
            and any(_may_share_a_viewer(one, two) for one in self.recipients for two in other.recipients)
        )


def withdrawn_since(agreed: Agreed, given_at: datetime, withdrawn: Iterable[tuple[Agreed, datetime]]) -> bool:
    """Whether the same giver took back, at that time or later, something that this would open again.

    A form signed on Monday and typed in on Wednesday must not override what was said on Tuesday. In doubt (the same
    moment, a team and an agency that may share people) the withdrawal holds, and the family is asked again.
    """
    return any(moment >= given_at and agreed.overlaps(other) for other, moment in withdrawn)


def end_is_near(recorded_at: datetime, valid_until: datetime, now: datetime, before: timedelta) -> bool:
    """Whether it is time to remind of a consent's end.

    That is `before` its end; for one that was given for a shorter time than twice that, in the second half of it, so
    that nobody is reminded of what was agreed just now. Never once it has ended.
    """
    half = (valid_until - recorded_at) / 2
    return valid_until - min(before, half) <= now < valid_until


_ONE_EACH = frozenset({RecipientType.PRACTITIONER, RecipientType.AGENCY, RecipientType.SECTOR})
"""A viewer is one practitioner, of one agency and one sector; of teams they may have several."""


def _may_share_a_viewer(one: Recipient, other: Recipient) -> bool:
    return not (one.type is other.type and one.type in _ONE_EACH and one.id != other.id)
