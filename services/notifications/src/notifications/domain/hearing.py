"""Who hears of what. The table `RULES` decides, and nothing else does."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class NotificationType(StrEnum):
    NEW_INVOLVEMENT = "new-involvement"
    LEAD_ASSIGNED = "lead-assigned"
    ASSESSMENT_BEGUN = "assessment-begun"


class Audience(StrEnum):
    LEAD_PROFESSIONAL = "lead professional"
    """Whoever leads for the child once the event has happened."""


@dataclass(frozen=True, slots=True)
class Rule:
    """`event` is the name of an event type in contracts; `why` is told to the recipient, in plain words."""

    event: str
    hears: Audience
    type: NotificationType
    why: str


RULES: tuple[Rule, ...] = (
    Rule(
        "ServiceEpisodeStarted",
        Audience.LEAD_PROFESSIONAL,
        NotificationType.NEW_INVOLVEMENT,
        "A child's lead professional hears when somebody else becomes involved with the child.",
    ),
    Rule(
        "LeadProfessionalAssigned",
        Audience.LEAD_PROFESSIONAL,
        NotificationType.LEAD_ASSIGNED,
        "A practitioner hears when somebody else makes them a child's lead professional.",
    ),
    Rule(
        "AssessmentBegun",
        Audience.LEAD_PROFESSIONAL,
        NotificationType.ASSESSMENT_BEGUN,
        "A child's lead professional hears when somebody else begins an assessment of the child.",
    ),
)

WHY: dict[NotificationType, str] = {rule.type: rule.why for rule in RULES}


@dataclass(frozen=True, slots=True)
class Occurrence:
    """What happened, in ids alone. `quiet`: nobody is to be told of it, whatever the table says."""

    event: str
    child_id: str
    done_by: str
    episode_id: str | None = None
    assessment_id: str | None = None
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    recipient_id: str
    type: NotificationType


def who_hears(occurrence: Occurrence, audiences: Mapping[Audience, str]) -> list[Notice]:
    """The notices that an occurrence gives rise to.

    `audiences` says who stands behind each audience at the moment; one that is missing is not known (yet), and then
    nobody hears. Nobody is told of what they did themselves, nor twice of the same thing.
    """
    if occurrence.quiet:
        return []
    notices: dict[Notice, None] = {}
    for rule in RULES:
        recipient = audiences.get(rule.hears)
        if rule.event == occurrence.event and recipient is not None and recipient != occurrence.done_by:
            notices[Notice(recipient, rule.type)] = None
    return list(notices)
