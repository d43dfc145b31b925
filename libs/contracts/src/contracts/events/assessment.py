"""Events of assessment: contributions, the team around the child, plan, stage and referrals."""

from datetime import date

from contracts.events.base import ASSESSMENT, Event
from contracts.vocabulary import Category, ClashKind


class AssessmentTemplateChanged(Event):
    """A version of an authority's own template was put; those before it stay as they were."""

    topic = ASSESSMENT
    key_field = "template_id"
    template_id: str
    version: int
    changed_by: str


class AssessmentBegun(Event):
    topic = ASSESSMENT
    assessment_id: str
    child_id: str
    template_id: str
    begun_by: str
    also_open: bool = False
    """Whether it was begun knowing that another is open."""
    follows: str | None = None
    """The assessment that it takes up, which is closed by it."""


class ContributionSaved(Event):
    topic = ASSESSMENT
    assessment_id: str
    child_id: str
    section_key: str
    category: Category
    contributor_id: str
    version: int


class ContributionRequested(Event):
    """Somebody works on an assessment and waits for a practitioner's part of it. For which section is read where it may
    be; whether the practitioner may know of the child at all is decided when they look."""

    topic = ASSESSMENT
    request_id: str
    assessment_id: str
    child_id: str
    practitioner_id: str
    asked_by: str


class AssessmentCompleted(Event):
    """`team`: the practitioners of the team around the child, each to be told, if they may know of it when they look.
    `version` counts from 1: what was put right since. What was found is read where the plan may be."""

    topic = ASSESSMENT
    assessment_id: str
    child_id: str
    completed_by: str
    version: int
    team: list[str]


class AssessmentReviewed(Event):
    """Its outcome, and when it is looked at again, are read where the plan may be."""

    topic = ASSESSMENT
    assessment_review_id: str
    assessment_id: str
    child_id: str
    reviewed_by: str


class AssessmentClosed(Event):
    """Why is read where the plan may be."""

    topic = ASSESSMENT
    assessment_id: str
    child_id: str
    closed_by: str


class PractitionerInvited(Event):
    """Somebody is asked to join the team around a child or family. Of whom is not in the payload: who is asked learns
    it only as far as a decision lets them."""

    topic = ASSESSMENT
    key_field = "invitation_id"
    invitation_id: str
    practitioner_id: str
    invited_by: str


class PractitionerJoinedTeam(Event):
    """From now on the practitioner has a relationship with the child, until they leave the team around the child.
    `sensitive`: that they are in it belongs to that category."""

    topic = ASSESSMENT
    membership_id: str
    child_id: str
    practitioner_id: str
    sensitive: bool = False


class PractitionerLeftTeam(Event):
    topic = ASSESSMENT
    membership_id: str
    child_id: str
    practitioner_id: str
    left_on: date
    ended_by: str


class FamilyClashFound(Event):
    """Two children of one family are worked with in ways that get in each other's way (`kind`). Told once for each of
    the two, to whoever leads for the child; of the other child it says nothing but the id, for the decision whether
    they may know of it."""

    topic = ASSESSMENT
    clash_id: str
    child_id: str
    other_child_id: str
    kind: ClashKind


class ActionAdded(Event):
    """`category` rules who may know of the action at all."""

    topic = ASSESSMENT
    action_id: str
    child_id: str
    category: Category
    owner_id: str
    due_on: date
    added_by: str


class ActionChanged(Event):
    """`status`: open, done or dropped."""

    topic = ASSESSMENT
    action_id: str
    child_id: str
    category: Category
    owner_id: str
    due_on: date
    status: str
    changed_by: str
    version: int


class ActionOverdue(Event):
    """`practitioner_id` is to be reminded: the owner once, and the lead professional once, later (`as_lead`)."""

    topic = ASSESSMENT
    action_id: str
    child_id: str
    category: Category
    due_on: date
    practitioner_id: str
    as_lead: bool


class ReviewRecorded(Event):
    topic = ASSESSMENT
    review_id: str
    child_id: str
    held_on: date
    next_on: date | None
    recorded_by: str


class StageSet(Event):
    """The stage of intervention of a child was agreed anew. Which it is, is read where the plan may be."""

    topic = ASSESSMENT
    stage_id: str
    child_id: str
    set_by: str


class ReferralSent(Event):
    """A child was referred to a service for families. `service_id` is that of Kith's own directory, whose team has a
    relationship with the child until the referral is closed; None where the service is in no directory of Kith's.
    `team_id` is that team as it was then, if there is one. `shared`: what the referrer shares beside the referral.
    `sensitive`: that there is a referral belongs to that category."""

    topic = ASSESSMENT
    referral_id: str
    child_id: str
    service_id: str | None
    team_id: str | None
    sensitive: bool
    shared: list[Category]
    referred_by: str


class ReferralAnswered(Event):
    """`status`: received, accepted, declined, started or ended. Why is read where the referral may be."""

    topic = ASSESSMENT
    referral_id: str
    child_id: str
    status: str
    sensitive: bool
    referred_by: str
    taken_by: str


class ReferralClosed(Event):
    """It was declined or is over: nobody has a relationship with the child by it any more."""

    topic = ASSESSMENT
    referral_id: str
    child_id: str
    service_id: str | None
    closed_on: date


class ReferralUnanswered(Event):
    """Neither accepted nor declined in time. Told once to `team_id` (who is to receive it), or, where no team of Kith's
    is to answer, to the referrer; and later once more (`escalated`) to the referrer and whoever leads for the child."""

    topic = ASSESSMENT
    referral_id: str
    child_id: str
    team_id: str | None
    sensitive: bool
    referred_by: str
    escalated: bool


class LifeEventRecorded(Event):
    """Something happened in the child's life. What it was is read where its `category` may be."""

    topic = ASSESSMENT
    life_event_id: str
    child_id: str
    category: Category
    recorded_by: str


class LifeEventChanged(Event):
    """`status`: corrected or withdrawn, by whoever recorded it."""

    topic = ASSESSMENT
    life_event_id: str
    child_id: str
    category: Category
    status: str
    changed_by: str
    version: int


EVENTS: tuple[type[Event], ...] = (
    AssessmentTemplateChanged,
    AssessmentBegun,
    ContributionSaved,
    ContributionRequested,
    AssessmentCompleted,
    AssessmentReviewed,
    AssessmentClosed,
    PractitionerInvited,
    PractitionerJoinedTeam,
    PractitionerLeftTeam,
    FamilyClashFound,
    ActionAdded,
    ActionChanged,
    ActionOverdue,
    ReviewRecorded,
    StageSet,
    ReferralSent,
    ReferralAnswered,
    ReferralClosed,
    ReferralUnanswered,
    LifeEventRecorded,
    LifeEventChanged,
)
