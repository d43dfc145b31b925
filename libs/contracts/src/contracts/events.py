"""The events that services exchange: CloudEvents 1.0 in JSON, one topic per service.

Payloads carry ids and codes, and the least personal data that a consumer needs. Unknown fields are kept by whoever
passes an event on; a breaking change is a new version of the type.
"""

from datetime import date, datetime
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from contracts.vocabulary import Category, ClashKind, LegalBasisCode, PartyType, PractitionerStatus, Role, Sector

CHILD_INDEX = "kith.child-index.v1"
ASSESSMENT = "kith.assessment.v1"
CONSENT = "kith.consent.v1"
ACCESS = "kith.access.v1"
NOTIFICATIONS = "kith.notifications.v1"

TOPICS = (CHILD_INDEX, ASSESSMENT, CONSENT, ACCESS)


class Event(BaseModel):
    """What happened. `topic` is where it is published, `key_field` names the field that orders it."""

    model_config = ConfigDict(extra="allow", frozen=True)
    topic: ClassVar[str]
    key_field: ClassVar[str] = "child_id"

    @classmethod
    def type_name(cls) -> str:
        return cls.__name__

    @property
    def key(self) -> str:
        return str(getattr(self, self.key_field))


class Envelope(BaseModel):
    """A CloudEvents 1.0 envelope, as it is written to the outbox and to the topic."""

    model_config = ConfigDict(extra="allow", frozen=True)
    specversion: str = "1.0"
    id: str
    source: str
    type: str
    subject: str
    time: datetime
    datacontenttype: str = "application/json"
    traceparent: str | None = None
    data: dict[str, Any]


# --- child index -----------------------------------------------------------------------------------------------


class ChildRegistered(Event):
    """A record was made for a child who was not in the index. With the keys of `ChildLikenessChanged`."""

    topic = CHILD_INDEX
    child_id: str
    family_name_keys: list[str] = []
    home_keys: list[str] = []


class ChildLikenessChanged(Event):
    """A name or an address was added to a record, or taken back: all the keys that it has now.

    Keyed hashes, of use only to who has practitioners' own by the same secret: equal ones mean the same family name (or
    a part of it), or the same home.
    """

    topic = CHILD_INDEX
    child_id: str
    family_name_keys: list[str]
    home_keys: list[str]


class ChildDetailsChanged(Event):
    """Somebody corrected the record. `fields` names what changed (`name`, `addresses`, …), and no value; what is
    hidden is not named. `deceased`: whether the record says now that the child has died."""

    topic = CHILD_INDEX
    child_id: str
    change_id: str
    changed_by: str
    fields: list[str]
    deceased: bool = False


class ChildArchived(Event):
    """The record is of somebody grown up: it answers nobody any more but index officers, for the index's quality."""

    topic = CHILD_INDEX
    child_id: str


class ChildRestored(Event):
    """The record was archived by mistake, or is to be kept for longer."""

    topic = CHILD_INDEX
    child_id: str


class ChildPurged(Event):
    """The record is gone for good, years after it was archived: every service drops what it holds of the child."""

    topic = CHILD_INDEX
    child_id: str


class ServiceEpisodeStarted(Event):
    """Somebody is now involved with the child: a practitioner, or a service whose team shares the relationship."""

    topic = CHILD_INDEX
    episode_id: str
    child_id: str
    service_id: str
    agency_id: str
    team_id: str | None
    practitioner_id: str | None
    sensitive: bool
    started_on: date
    opened_by: str
    bulk: bool = False
    """True when it came with an import: nobody is told of these one by one."""


class ServiceEpisodeEnded(Event):
    topic = CHILD_INDEX
    episode_id: str
    child_id: str
    ended_on: date
    ended_by: str


class LeadProfessionalAssigned(Event):
    topic = CHILD_INDEX
    child_id: str
    practitioner_id: str
    previous_practitioner_id: str | None
    assigned_by: str


class ChildrenRelated(Event):
    """Two children of the index are of one family (for example siblings)."""

    topic = CHILD_INDEX
    relationship_id: str
    child_id: str
    other_child_id: str


class ChildrenUnrelated(Event):
    topic = CHILD_INDEX
    relationship_id: str
    child_id: str
    other_child_id: str


class RecordsMerged(Event):
    """Two records turned out to be of one child: from now on both ids answer as `child_id`.

    `child_id` is the record that stands (the one that all of its set answered as at that moment), `merged_child_id`
    the one that stood for the other set. Nothing is rewritten: each record keeps its own rows.
    """

    topic = CHILD_INDEX
    merge_id: str
    child_id: str
    merged_child_id: str
    merged_at: datetime


class MergeUndone(Event):
    """It was a mistake: each of the two is a record of its own again. `child_id` is that of the merge itself."""

    topic = CHILD_INDEX
    merge_id: str
    child_id: str
    merged_child_id: str
    undone_at: datetime


# --- consent: directory ----------------------------------------------------------------------------------------


class AgencyChanged(Event):
    topic = CONSENT
    key_field = "agency_id"
    agency_id: str
    name: str
    sector: Sector
    contact: str | None
    version: int


class TeamChanged(Event):
    """`leader_id`: who hears when somebody of the team leaves or is suspended."""

    topic = CONSENT
    key_field = "team_id"
    team_id: str
    name: str
    agency_id: str
    leader_id: str | None = None
    version: int


class PractitionerChanged(Event):
    """Work contact details only: how a colleague reaches them."""

    topic = CONSENT
    key_field = "practitioner_id"
    practitioner_id: str
    name: str
    agency_id: str | None
    team_ids: list[str]
    role: Role
    status: PractitionerStatus
    email: str | None
    phone: str | None
    version: int


class ServiceChanged(Event):
    topic = CONSENT
    key_field = "service_id"
    service_id: str
    name: str
    agency_id: str
    team_id: str | None
    type: str
    sensitive: bool
    contact: str | None
    version: int


# --- consent: what the family decided --------------------------------------------------------------------------


class ConsentRecorded(Event):
    topic = CONSENT
    consent_id: str
    child_id: str
    categories: list[Category]
    valid_until: datetime | None
    keep_until_25: bool = False
    """Whether it says that the record is to be kept open until the young person is 25."""


class ConsentWithdrawn(Event):
    topic = CONSENT
    consent_id: str
    child_id: str


class ConsentExpiring(Event):
    """A consent ends soon. `recorded_by` is None where the family recorded it themselves."""

    topic = CONSENT
    consent_id: str
    child_id: str
    recorded_by: str | None
    valid_until: datetime


class BlockPlaced(Event):
    """Who is blocked is in the payload as a keyed hash alone, for the blocked must never learn of it: the child index
    holds it against whoever sends a list, for which nobody asks the decision child by child. `categories` None: all."""

    topic = CONSENT
    block_id: str
    child_id: str
    viewer_type: PartyType
    viewer_key: str
    categories: list[Category] | None = None
    valid_until: datetime | None = None


class BlockLifted(Event):
    topic = CONSENT
    block_id: str
    child_id: str


class ShieldPlaced(Event):
    """What it hides is not in the payload: no other service needs it. It may be the copy of one for a record
    that was parted."""

    topic = CONSENT
    shield_id: str
    child_id: str


class ShieldLifted(Event):
    topic = CONSENT
    shield_id: str
    child_id: str


class LegalBasisRecorded(Event):
    topic = CONSENT
    basis_id: str
    child_id: str
    code: LegalBasisCode
    valid_until: datetime


class LegalBasisEnded(Event):
    topic = CONSENT
    basis_id: str
    child_id: str


class OverrideInvoked(Event):
    """A practitioner broke the glass. `officers` are to be told at once, as is the lead professional."""

    topic = CONSENT
    override_id: str
    child_id: str
    viewer_id: str
    expires_at: datetime
    officers: list[str]


class OverrideReviewDue(Event):
    """Nobody has reviewed it yet; `officers` are reminded."""

    topic = CONSENT
    override_id: str
    child_id: str
    officers: list[str]


class OverrideEscalated(Event):
    """Nobody reviewed it in time; `officers` with the partnership's scope are told."""

    topic = CONSENT
    override_id: str
    child_id: str
    officers: list[str]


class OverrideReviewed(Event):
    topic = CONSENT
    override_id: str
    child_id: str
    justified: bool


class OverrideDisclosed(Event):
    """The young person may know of it from now on."""

    topic = CONSENT
    override_id: str
    child_id: str


# --- the access log --------------------------------------------------------------------------------------------


class TreeHeadSigned(Event):
    """The access log's signed tree head, for other agencies to keep: a log that is rewritten later disagrees with it.

    Fields as in `GET /v1/access-log/tree-head`. At most about one a second, and none while nothing is new; no
    personal data, only how many entries there are and one hash over them.
    """

    topic = ACCESS
    key_field = "log"
    log: str = "access-log"
    tree_size: int
    root_hash: str
    timestamp: str
    key_id: str
    signature: str


# --- assessment ------------------------------------------------------------------------------------------------


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


EVENT_TYPES: dict[str, type[Event]] = {
    event.type_name(): event
    for event in (
        ChildRegistered,
        ChildLikenessChanged,
        ChildDetailsChanged,
        ChildArchived,
        ChildRestored,
        ChildPurged,
        ServiceEpisodeStarted,
        ServiceEpisodeEnded,
        LeadProfessionalAssigned,
        ChildrenRelated,
        ChildrenUnrelated,
        RecordsMerged,
        MergeUndone,
        AgencyChanged,
        TeamChanged,
        PractitionerChanged,
        ServiceChanged,
        ConsentRecorded,
        ConsentWithdrawn,
        ConsentExpiring,
        BlockPlaced,
        BlockLifted,
        ShieldPlaced,
        ShieldLifted,
        TreeHeadSigned,
        LegalBasisRecorded,
        LegalBasisEnded,
        OverrideInvoked,
        OverrideReviewDue,
        OverrideEscalated,
        OverrideReviewed,
        OverrideDisclosed,
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
}

NOT_CONSUMED: dict[str, str] = {
    "TreeHeadSigned": "for agencies outside Kith, who hold copies that `kith audit verify` compares with an export",
    "LegalBasisRecorded": "the decision reads legal bases where they live; kept for agencies' own records",
    "LegalBasisEnded": "the decision reads legal bases where they live; kept for agencies' own records",
    "OverrideReviewed": "kept for agencies' own records; the officers see the outcome where they review",
    "OverrideDisclosed": "the young person's history shows it from then on; kept for agencies' own records",
    "ActionAdded": "shown in the plan; kept for agencies' own records",
    "ActionChanged": "shown in the plan; kept for agencies' own records",
    "ActionOverdue": "for reminders in agencies' own systems: an inbox is decided on without the category of an entry, "
    "and so cannot tell who may know of the action",
    "StageSet": "shown in the plan; kept for agencies' own records",
    "ReviewRecorded": "shown in the plan; kept for agencies' own records",
    "ContributionSaved": "shown when the assessment is read; nobody is told of each version",
}
"""Event types that no service consumes, and why they are published all the same."""
