"""Who hears of what. The table `RULES` decides, and nothing else does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from contracts.vocabulary import Category

OF_INVOLVEMENT = (Category.INVOLVEMENT,)
_OF_PLAN = (Category.INVOLVEMENT, Category.PLAN)


class NotificationType(StrEnum):
    NEW_INVOLVEMENT = "new-involvement"
    LEAD_ASSIGNED = "lead-assigned"
    ASSESSMENT_BEGUN = "assessment-begun"
    ASSESSMENT_COMPLETED = "assessment-completed"
    CONTRIBUTION_REQUESTED = "contribution-requested"
    OVERRIDE_INVOKED = "override-invoked"
    OVERRIDE_REVIEW_DUE = "override-review-due"
    OVERRIDE_ESCALATED = "override-escalated"
    CONSENT_EXPIRING = "consent-expiring"
    RECORDS_MERGED = "records-merged"
    MERGE_UNDONE = "merge-undone"
    FAMILY_HAS_ANOTHER_LEAD = "family-has-another-lead"
    TEAM_MEMBER_GONE = "team-member-gone"
    TEAM_INVITATION = "team-invitation"
    TEAM_JOINED = "team-joined"
    FAMILY_HAS_ANOTHER_TEAM = "family-has-another-team"
    FAMILY_HAS_ANOTHER_REVIEW = "family-has-another-review"
    ACTION_OVERDUE = "action-overdue"
    REFERRAL_RECEIVED = "referral-received"
    REFERRAL_ANSWERED = "referral-answered"
    REFERRAL_UNANSWERED = "referral-unanswered"
    REFERRAL_ESCALATED = "referral-escalated"


class Audience(StrEnum):
    LEAD_PROFESSIONAL = "lead professional"
    """Whoever leads for the child once the event has happened."""
    TEAM = "team around the child"
    """The practitioners in it, as the event names them."""
    OFFICERS = "officers"
    """The information-governance officers whom the event names; they are told of no child."""
    TEAM_LEADERS = "team leaders"
    """The leaders of the teams that the event speaks of; they are told of no child."""
    CONCERNED = "concerned"
    """The practitioner whom the event itself concerns: whoever recorded the consent, sent the referral, or is asked to
    join a team or to contribute."""
    RECEIVING_TEAM = "receiving team"
    """Of the team that a referral went to its leader; without an active one, its members."""


_TOLD_OF_NO_CHILD = frozenset({Audience.OFFICERS, Audience.TEAM_LEADERS})


@dataclass(frozen=True, slots=True)
class Rule:
    """`event` is the name of an event type in contracts, or what follows from several; `why` is told to the recipient,
    in plain words. What is `routine` nobody is told of a child who has died. `categories`: what it takes to be shown
    it, beside what the occurrence itself says."""

    event: str
    hears: Audience
    type: NotificationType
    why: str
    routine: bool = False
    categories: tuple[Category, ...] = OF_INVOLVEMENT


FAMILY_LEADS_DIFFER = "FamilyLeadsDiffer"
"""No event of another service: it follows from who leads for whom, and from who is of one family."""

TEAM_MEMBER_LEFT = "TeamMemberLeft"
"""No event of another service: it follows from what a practitioner was before."""

REFERRAL_CHASED = "ReferralUnanswered, of whoever is to answer"
REFERRAL_ESCALATED = "ReferralUnanswered, of whoever sent it"
REFERRAL_ESCALATED_TO_LEAD = "ReferralUnanswered, of who leads"

FAMILY_TEAMS_CLASH = "FamilyClashFound, of teams"
FAMILY_REVIEWS_CLASH = "FamilyClashFound, of reviews"

RULES: tuple[Rule, ...] = (
    Rule(
        "ServiceEpisodeStarted",
        Audience.LEAD_PROFESSIONAL,
        NotificationType.NEW_INVOLVEMENT,
        "A child's lead professional hears when somebody else becomes involved with the child.",
        routine=True,
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
        routine=True,
    ),
    *(
        Rule(
            "AssessmentCompleted",
            audience,
            NotificationType.ASSESSMENT_COMPLETED,
            "A child's lead professional and the team around the child hear when somebody completes an assessment of "
            "the child, or puts right what was said then.",
            routine=True,
        )
        for audience in (Audience.LEAD_PROFESSIONAL, Audience.TEAM)
    ),
    Rule(
        "ContributionRequested",
        Audience.CONCERNED,
        NotificationType.CONTRIBUTION_REQUESTED,
        "A colleague asks for your part of an assessment.",
        routine=True,
    ),
    Rule(
        "OverrideInvoked",
        Audience.LEAD_PROFESSIONAL,
        NotificationType.OVERRIDE_INVOKED,
        "Somebody broke the glass: the child's lead professional and the information-governance officers hear at once.",
    ),
    Rule(
        "OverrideInvoked",
        Audience.OFFICERS,
        NotificationType.OVERRIDE_INVOKED,
        "Somebody broke the glass: the child's lead professional and the information-governance officers hear at once.",
    ),
    Rule(
        "OverrideReviewDue",
        Audience.OFFICERS,
        NotificationType.OVERRIDE_REVIEW_DUE,
        "Information-governance officers are reminded of an override that nobody has reviewed.",
    ),
    Rule(
        "OverrideEscalated",
        Audience.OFFICERS,
        NotificationType.OVERRIDE_ESCALATED,
        "Officers of the partnership hear of an override that nobody reviewed in time.",
    ),
    Rule(
        "RecordsMerged",
        Audience.LEAD_PROFESSIONAL,
        NotificationType.RECORDS_MERGED,
        "The lead professionals of two records hear when the two turn out to be of one child, and are read as one.",
    ),
    Rule(
        "MergeUndone",
        Audience.LEAD_PROFESSIONAL,
        NotificationType.MERGE_UNDONE,
        "The lead professionals of two records hear when the two were taken for one child's and are apart again.",
    ),
    Rule(
        FAMILY_LEADS_DIFFER,
        Audience.LEAD_PROFESSIONAL,
        NotificationType.FAMILY_HAS_ANOTHER_LEAD,
        "Another team is working with this family: the lead professionals of two of its children hear of each other.",
        routine=True,
    ),
    Rule(
        TEAM_MEMBER_LEFT,
        Audience.TEAM_LEADERS,
        NotificationType.TEAM_MEMBER_GONE,
        "A team's leader hears when somebody of the team leaves or is suspended: the children for whom somebody else "
        "is to be found are listed under reassignments.",
    ),
    Rule(
        "PractitionerInvited",
        Audience.CONCERNED,
        NotificationType.TEAM_INVITATION,
        "A colleague asks you to join the team around a child: answer it under your invitations.",
    ),
    Rule(
        "PractitionerJoinedTeam",
        Audience.LEAD_PROFESSIONAL,
        NotificationType.TEAM_JOINED,
        "A child's lead professional hears when somebody joins the team around the child.",
        routine=True,
        categories=_OF_PLAN,
    ),
    Rule(
        FAMILY_REVIEWS_CLASH,
        Audience.LEAD_PROFESSIONAL,
        NotificationType.FAMILY_HAS_ANOTHER_REVIEW,
        "Another child of this family has a review meeting in the same week: the lead professionals of both hear of "
        "it, so that the family comes once.",
        routine=True,
        categories=_OF_PLAN,
    ),
    Rule(
        FAMILY_TEAMS_CLASH,
        Audience.LEAD_PROFESSIONAL,
        NotificationType.FAMILY_HAS_ANOTHER_TEAM,
        "Another team is around a child of this family: the lead professionals of both hear of it, to bring them "
        "together.",
        routine=True,
        categories=_OF_PLAN,
    ),
    Rule(
        "ActionOverdue",
        Audience.CONCERNED,
        NotificationType.ACTION_OVERDUE,
        "An action of the plan is past its day: its owner is reminded, and later the child's lead professional.",
        routine=True,
    ),
    Rule(
        "ReferralSent",
        Audience.RECEIVING_TEAM,
        NotificationType.REFERRAL_RECEIVED,
        "A child was referred to a service of your team: see the referrals to you.",
    ),
    Rule(
        "ReferralAnswered",
        Audience.CONCERNED,
        NotificationType.REFERRAL_ANSWERED,
        "A referral of yours has moved on: see where it stands.",
    ),
    *(
        Rule(
            REFERRAL_CHASED,
            audience,
            NotificationType.REFERRAL_UNANSWERED,
            "Nobody has accepted or declined a referral: whoever is to answer it is reminded once.",
            routine=True,
        )
        for audience in (Audience.RECEIVING_TEAM, Audience.CONCERNED)
    ),
    *(
        Rule(
            event,
            audience,
            NotificationType.REFERRAL_ESCALATED,
            "Nobody has answered a referral for long: whoever sent it and the lead professional hear of it once.",
            routine=True,
        )
        for event, audience in (
            (REFERRAL_ESCALATED, Audience.CONCERNED),
            (REFERRAL_ESCALATED_TO_LEAD, Audience.LEAD_PROFESSIONAL),
        )
    ),
    *(
        Rule(
            "ConsentExpiring",
            audience,
            NotificationType.CONSENT_EXPIRING,
            "A child's lead professional, and whoever recorded a consent, hear before it ends, in time to ask again.",
            routine=True,
        )
        for audience in (Audience.LEAD_PROFESSIONAL, Audience.CONCERNED)
    ),
)

WHY: dict[NotificationType, str] = {rule.type: rule.why for rule in RULES}


@dataclass(frozen=True, slots=True)
class Occurrence:
    """What happened, in ids alone. `done_by` None: nobody's doing. `quiet`: nobody is to be told, whatever the table
    says."""

    event: str
    child_id: str | None
    done_by: str | None
    concerns: str | None = None
    episode_id: str | None = None
    assessment_id: str | None = None
    override_id: str | None = None
    officers: tuple[str, ...] = ()
    consent_id: str | None = None
    other_child_id: str | None = None
    practitioner_id: str | None = None
    leaders: tuple[str, ...] = ()
    action_id: str | None = None
    categories: tuple[Category, ...] = ()
    """What it takes to know of it, beside what the rule says."""
    team: tuple[str, ...] = ()
    referral_id: str | None = None
    receivers: tuple[str, ...] = ()
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """`names_child`: whether the recipient is told which child. `categories`: as an entry's, in the order of
    `Category`."""

    recipient_id: str
    type: NotificationType
    names_child: bool = True
    categories: tuple[Category, ...] = OF_INVOLVEMENT


def who_hears(
    occurrence: Occurrence, audiences: Mapping[Audience, Sequence[str]], *, deceased: bool = False
) -> list[Notice]:
    """The notices that an occurrence gives rise to. `deceased`: the child has died.

    `audiences` says who stands behind each audience at the moment; one that is missing is not known (yet), and then
    nobody hears. Nobody is told of what they did themselves, nor twice of the same thing.
    """
    if occurrence.quiet:
        return []
    notices: dict[Notice, None] = {}
    for rule in RULES:
        if rule.event != occurrence.event or (deceased and rule.routine):
            continue
        for recipient in audiences.get(rule.hears, ()):
            if recipient != occurrence.done_by:
                needed = {*rule.categories, *occurrence.categories}
                categories = tuple(each for each in Category if each in needed)
                notices[Notice(recipient, rule.type, rule.hears not in _TOLD_OF_NO_CHILD, categories)] = None
    return list(notices)
