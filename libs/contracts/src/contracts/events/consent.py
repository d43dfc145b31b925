"""Events of consent: the directory, consents, blocks, overrides, and the access log."""

from datetime import datetime

from contracts.events.base import ACCESS, CONSENT, Event
from contracts.vocabulary import Category, LegalBasisCode, PartyType, PractitionerStatus, Role, Sector


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


class SignalRaised(Event):
    """There is a new signal: looks that are worth a question. `officers`, who may read it, are told; about whom it is,
    and of what kind, is read there."""

    topic = CONSENT
    key_field = "signal_id"
    signal_id: str
    officers: list[str]


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


EVENTS: tuple[type[Event], ...] = (
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
    LegalBasisRecorded,
    LegalBasisEnded,
    OverrideInvoked,
    OverrideReviewDue,
    OverrideEscalated,
    OverrideReviewed,
    OverrideDisclosed,
    SignalRaised,
    TreeHeadSigned,
)
