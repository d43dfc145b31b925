"""What can be heard of, by whom at all, and what it takes at the least to be told. The rules choose within this."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from contracts.vocabulary import Category


class NotificationType(StrEnum):
    NEW_INVOLVEMENT = "new-involvement"
    LEAD_ASSIGNED = "lead-assigned"
    DETAILS_CHANGED = "details-changed"
    ASSESSMENT_BEGUN = "assessment-begun"
    ASSESSMENT_COMPLETED = "assessment-completed"
    CONTRIBUTION_REQUESTED = "contribution-requested"
    OVERRIDE_INVOKED = "override-invoked"
    OVERRIDE_REVIEW_DUE = "override-review-due"
    OVERRIDE_ESCALATED = "override-escalated"
    SIGNAL_RAISED = "signal-raised"
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
    REVIEW_RECORDED = "review-recorded"
    STAGE_SET = "stage-set"
    REFERRAL_RECEIVED = "referral-received"
    REFERRAL_ANSWERED = "referral-answered"
    REFERRAL_UNANSWERED = "referral-unanswered"
    REFERRAL_ESCALATED = "referral-escalated"
    CRITICAL_UNREAD = "critical-unread"


class Audience(StrEnum):
    LEAD_PROFESSIONAL = "lead professional"
    """Whoever leads for the child once the event has happened."""
    TEAM = "team around the child"
    """Who is in the team around the child once the event has happened."""
    OFFICERS = "officers"
    """The information-governance officers whom the event names; they are told of no child."""
    TEAM_LEADERS = "team leaders"
    """The leaders of the teams that the event speaks of; they are told of no child."""
    CONCERNED = "concerned"
    """The practitioner whom the event itself concerns: whoever recorded the consent, sent the referral, or is asked to
    join a team or to contribute."""
    RECEIVING_TEAM = "receiving team"
    """Of the team that a referral went to its leader; without an active one, its members."""
    YOUNG_PERSON = "young person"
    """The child, by an account of their own, as far as they asked to hear of it."""


TOLD_OF_NO_CHILD = frozenset({Audience.OFFICERS, Audience.TEAM_LEADERS})

OF_INVOLVEMENT = (Category.INVOLVEMENT,)
OF_PLAN = (Category.INVOLVEMENT, Category.PLAN)

FAMILY_LEADS_DIFFER = "FamilyLeadsDiffer"
"""No event of another service: it follows from who leads for whom, and from who is of one family."""
TEAM_MEMBER_LEFT = "TeamMemberLeft"
"""No event of another service: it follows from what a practitioner was before."""
CRITICAL_UNREAD = "CriticalUnread"
"""No event of another service: nobody has read something critical in time."""
FAMILY_TEAMS_CLASH = "FamilyTeamsClash"
FAMILY_REVIEWS_CLASH = "FamilyReviewsClash"
"""The two kinds of `FamilyClashFound`."""
REFERRAL_CHASED = "ReferralChased"
REFERRAL_ESCALATED = "ReferralEscalated"
REFERRAL_ESCALATED_TO_LEAD = "ReferralEscalatedToLead"
"""What `ReferralUnanswered` is to whoever is to answer, to whoever sent it, and to who leads."""


@dataclass(frozen=True, slots=True)
class Happening:
    """`categories`: what it takes at the least to be told of it; a rule may ask for more, never for less. `always`: who
    hears of it at once, whatever an authority's rules say."""

    type: NotificationType
    audiences: frozenset[Audience]
    categories: tuple[Category, ...] = OF_INVOLVEMENT
    always: frozenset[Audience] = frozenset()


_LEAD, _TEAM, _YOUNG = Audience.LEAD_PROFESSIONAL, Audience.TEAM, Audience.YOUNG_PERSON
_AROUND = frozenset({_LEAD, _TEAM})
_LEADS = frozenset({_LEAD})
_OFFICERS, _LEADERS = frozenset({Audience.OFFICERS}), frozenset({Audience.TEAM_LEADERS})
_CONCERNED = frozenset({Audience.CONCERNED})
_RECEIVERS = frozenset({Audience.RECEIVING_TEAM})

HAPPENINGS: Mapping[str, Happening] = {
    "ServiceEpisodeStarted": Happening(NotificationType.NEW_INVOLVEMENT, _AROUND | {_YOUNG}),
    "LeadProfessionalAssigned": Happening(NotificationType.LEAD_ASSIGNED, _AROUND),
    "ChildDetailsChanged": Happening(NotificationType.DETAILS_CHANGED, _LEADS),
    "AssessmentBegun": Happening(NotificationType.ASSESSMENT_BEGUN, _AROUND),
    "AssessmentCompleted": Happening(NotificationType.ASSESSMENT_COMPLETED, _AROUND),
    "ContributionRequested": Happening(NotificationType.CONTRIBUTION_REQUESTED, _CONCERNED),
    "OverrideInvoked": Happening(NotificationType.OVERRIDE_INVOKED, _LEADS | _OFFICERS, always=_LEADS | _OFFICERS),
    "OverrideReviewDue": Happening(NotificationType.OVERRIDE_REVIEW_DUE, _OFFICERS, always=_OFFICERS),
    "OverrideEscalated": Happening(NotificationType.OVERRIDE_ESCALATED, _OFFICERS, always=_OFFICERS),
    "SignalRaised": Happening(NotificationType.SIGNAL_RAISED, _OFFICERS),
    "ConsentExpiring": Happening(NotificationType.CONSENT_EXPIRING, _LEADS | _CONCERNED | {_YOUNG}),
    "RecordsMerged": Happening(NotificationType.RECORDS_MERGED, _LEADS),
    "MergeUndone": Happening(NotificationType.MERGE_UNDONE, _LEADS),
    FAMILY_LEADS_DIFFER: Happening(NotificationType.FAMILY_HAS_ANOTHER_LEAD, _LEADS),
    TEAM_MEMBER_LEFT: Happening(NotificationType.TEAM_MEMBER_GONE, _LEADERS),
    "PractitionerInvited": Happening(NotificationType.TEAM_INVITATION, _CONCERNED),
    "PractitionerJoinedTeam": Happening(NotificationType.TEAM_JOINED, _AROUND, OF_PLAN),
    FAMILY_REVIEWS_CLASH: Happening(NotificationType.FAMILY_HAS_ANOTHER_REVIEW, _LEADS, OF_PLAN),
    FAMILY_TEAMS_CLASH: Happening(NotificationType.FAMILY_HAS_ANOTHER_TEAM, _LEADS, OF_PLAN),
    "ActionOverdue": Happening(NotificationType.ACTION_OVERDUE, _CONCERNED),
    "ReviewRecorded": Happening(NotificationType.REVIEW_RECORDED, _AROUND, OF_PLAN),
    "StageSet": Happening(NotificationType.STAGE_SET, _AROUND, OF_PLAN),
    "ReferralSent": Happening(NotificationType.REFERRAL_RECEIVED, _RECEIVERS),
    "ReferralAnswered": Happening(NotificationType.REFERRAL_ANSWERED, _CONCERNED),
    REFERRAL_CHASED: Happening(NotificationType.REFERRAL_UNANSWERED, _RECEIVERS | _CONCERNED),
    REFERRAL_ESCALATED: Happening(NotificationType.REFERRAL_ESCALATED, _CONCERNED),
    REFERRAL_ESCALATED_TO_LEAD: Happening(NotificationType.REFERRAL_ESCALATED, _LEADS),
    CRITICAL_UNREAD: Happening(NotificationType.CRITICAL_UNREAD, _LEADERS),
}
"""By the name of an event type in contracts, or of what follows from several."""
