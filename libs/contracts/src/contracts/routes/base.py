"""What a public route is, and the short words that the tables are written in."""

from dataclasses import dataclass
from enum import StrEnum

from contracts.vocabulary import Category, Purpose


class Service(StrEnum):
    CHILD_INDEX = "child-index"
    ASSESSMENT = "assessment"
    CONSENT = "consent"
    NOTIFICATIONS = "notifications"


class Subject(StrEnum):
    """How the gateway finds the child that a request is about."""

    NONE = "none"
    CHILD = "child"
    """`child_id` in the path."""
    OWNED = "owned"
    """An id in the path hangs off a child; the owning service tells whose, by an internal look-up (ids only)."""
    OWN = "own"
    """The caller's own record: the account that the directory ties to the caller's identity."""
    CANDIDATES = "candidates"
    """The owning service names children that the answer would speak of; each is decided on, and only the
    permitted ones are named in the grant."""


SCIM = "/scim/v2/"
FHIR = "/fhir/R4/"


@dataclass(frozen=True, slots=True)
class Route:
    """One public operation.

    `categories` are those that the answer may hold, and that the decision is asked for. `purpose` is None where
    the caller must send `Kith-Purpose`; otherwise it is what the log records when the caller sends none.
    `settles` names the services whose view must have caught up before the answer is returned, so that the caller's
    next request sees its own change.
    """

    method: str
    path: str
    service: Service
    action: str
    subject: Subject = Subject.NONE
    categories: tuple[Category, ...] = ()
    purpose: Purpose | None = Purpose.ADMINISTRATION
    settles: tuple[Service, ...] = ()
    owned_kind: str | None = None
    upload: bool = False
    streams: bool = False
    """The answer goes on for as long as the caller's token holds, and is sent as it comes."""
    supplied_by: Service | None = None
    """Another service that gives to the answer (`contracts.supplies`): the gateway asks it under the same grant, and
    sends along what it says as the body."""

    @property
    def owned_parameter(self) -> str:
        """Name of the path parameter that holds the id of the thing that hangs off a child."""
        return f"{self.owned_kind}_id"

    @property
    def speaks_scim(self) -> bool:
        """Whether bodies and errors are those of SCIM 2.0 (RFC 7644) in place of Kith's own."""
        return self.path.startswith(SCIM)

    @property
    def speaks_fhir(self) -> bool:
        """Whether bodies and errors are those of FHIR R4 in place of Kith's own."""
        return self.path.startswith(FHIR)


ALL = tuple(Category)
CONTACT = (Category.BASICS, Category.INVOLVEMENT)
INVOLVED = (Category.INVOLVEMENT,)
PLANNED = (Category.PLAN, Category.SENSITIVE)
"""The plan, with what of it tells of sensitive services for whom a consent opens them."""
ALSO_SENSITIVE = (Category.INVOLVEMENT, Category.SENSITIVE)
"""What tells who is involved: with the sensitive services for whom a consent opens them, and without for the rest."""
INDEX, ASSESS = Service.CHILD_INDEX, Service.ASSESSMENT
CONSENT, NOTIFY = Service.CONSENT, Service.NOTIFICATIONS
CHILD, OWNED, OWN, FOUND = Subject.CHILD, Subject.OWNED, Subject.OWN, Subject.CANDIDATES
ONE = "/v1/children/{child_id}"
"""The path of one child."""
