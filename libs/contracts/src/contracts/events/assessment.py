"""Events of assessment: contributions, the team around the child, plan and stage."""

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


class ContributionSaved(Event):
    topic = ASSESSMENT
    assessment_id: str
    child_id: str
    section_key: str
    category: Category
    contributor_id: str
    version: int


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


EVENTS: tuple[type[Event], ...] = (
    AssessmentTemplateChanged,
    AssessmentBegun,
    ContributionSaved,
    PractitionerInvited,
    PractitionerJoinedTeam,
    PractitionerLeftTeam,
    FamilyClashFound,
    ActionAdded,
    ActionChanged,
    ActionOverdue,
    ReviewRecorded,
    StageSet,
)
