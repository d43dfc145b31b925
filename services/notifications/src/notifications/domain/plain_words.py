"""What a recipient is told about an entry itself: why they got it, how to stop it, what it may name."""

from dataclasses import dataclass

from contracts.vocabulary import Category
from notifications.domain.entries import Entry
from notifications.domain.happenings import Audience, NotificationType
from notifications.domain.hearing import Rule

PREFERENCES = "/v1/notification-preferences"
MY_PREFERENCES = "/v1/me/notification-preferences"
COVER = "/v1/notification-cover"

_NAMES_COLLEAGUE = frozenset(
    {NotificationType.TEAM_INVITATION, NotificationType.TEAM_MEMBER_GONE, NotificationType.CRITICAL_UNREAD}
)
_NO_LONGER = "A rule of the authority's that is no longer there."


@dataclass(frozen=True, slots=True)
class Stopping:
    where: str | None = None
    why_not: str | None = None


def why(rule: Rule | None) -> str:
    return _NO_LONGER if rule is None else rule.why


def stopping(entry: Entry, rule: Rule | None) -> Stopping:
    if entry.covers_for is not None:
        return Stopping(where=COVER)
    if rule is None:
        return Stopping(why_not="Nobody is told of this any more.")
    if rule.stoppable:
        return Stopping(where=MY_PREFERENCES if rule.hears is Audience.YOUNG_PERSON else PREFERENCES)
    return Stopping(why_not="It goes with the responsibility that you have here, so it cannot be turned off.")


def about(entry: Entry) -> Category | None:
    """The category of which something changed: the one that it takes beside the involvement."""
    if entry.type is not NotificationType.DETAILS_CHANGED:
        return None
    return next((each for each in entry.categories if each is not Category.INVOLVEMENT), None)


def names_colleague(entry: Entry) -> bool:
    """Whether the colleague is shown here. Who became involved is not: where they work can tell where a child is, and
    is read, and decided on, with the episode."""
    return entry.type in _NAMES_COLLEAGUE
