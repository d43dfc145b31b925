"""What a decision is made from: the viewer as the directory has them, and what is recorded about the child."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from contracts.vocabulary import Category, PartyType, PractitionerStatus, Purpose, RecipientType, Role, Scope, Sector


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks. `role` is None for an identity that the directory does not know; `child_id` is an account's own."""

    viewer_id: str
    role: Role | None = None
    status: PractitionerStatus = PractitionerStatus.ACTIVE
    agency_id: str | None = None
    sector: Sector | None = None
    team_ids: frozenset[str] = frozenset()
    scope: Scope = Scope.AGENCY
    child_id: str | None = None

    @property
    def active(self) -> bool:
        return self.role is not None and self.status is PractitionerStatus.ACTIVE


class InvolvementKind(StrEnum):
    EPISODE = "episode"
    LEAD = "lead"


@dataclass(frozen=True, slots=True)
class Involvement:
    """A service episode or the lead professional's appointment. Ended from the day that `ended_on` names."""

    reference: str
    kind: InvolvementKind
    practitioner_id: str | None
    team_id: str | None
    ended_on: date | None = None

    def current(self, today: date) -> bool:
        return self.ended_on is None or self.ended_on > today

    def is_of(self, viewer: Viewer) -> bool:
        """A service's team shares its episodes; an appointment as lead professional is the person's alone."""
        if self.practitioner_id is not None and self.practitioner_id == viewer.viewer_id:
            return True
        return self.kind is InvolvementKind.EPISODE and self.team_id is not None and self.team_id in viewer.team_ids


@dataclass(frozen=True, slots=True)
class Recipient:
    type: RecipientType
    id: str | None = None

    def includes(self, viewer: Viewer) -> bool:
        match self.type:
            case RecipientType.ALL:
                return True
            case RecipientType.PRACTITIONER:
                return self.id == viewer.viewer_id
            case RecipientType.TEAM:
                return self.id in viewer.team_ids
            case RecipientType.AGENCY:
                return self.id is not None and self.id == viewer.agency_id
            case RecipientType.SECTOR:
                return viewer.sector is not None and self.id == viewer.sector


@dataclass(frozen=True, slots=True)
class ConsentInForce:
    """A consent that was recorded and not withdrawn. `purposes` None means any purpose."""

    consent_id: str
    categories: frozenset[Category]
    recipients: tuple[Recipient, ...]
    purposes: frozenset[Purpose] | None = None
    valid_until: datetime | None = None

    def covers(self, viewer: Viewer, category: Category, purpose: Purpose, now: datetime) -> bool:
        return (
            category in self.categories
            and (self.valid_until is None or now < self.valid_until)
            and (self.purposes is None or purpose in self.purposes)
            and any(recipient.includes(viewer) for recipient in self.recipients)
        )


@dataclass(frozen=True, slots=True)
class Block:
    """A block that was placed and not lifted. `categories` None means all."""

    block_id: str
    type: PartyType
    party_id: str
    categories: frozenset[Category] | None = None
    valid_until: datetime | None = None

    def stops(self, viewer: Viewer, category: Category, now: datetime) -> bool:
        if self.categories is not None and category not in self.categories:
            return False
        if self.valid_until is not None and now >= self.valid_until:
            return False
        match self.type:
            case PartyType.PRACTITIONER:
                return self.party_id == viewer.viewer_id
            case PartyType.TEAM:
                return self.party_id in viewer.team_ids
            case PartyType.AGENCY:
                return self.party_id == viewer.agency_id


@dataclass(frozen=True, slots=True)
class ChildFacts:
    """What is recorded about one child. `related` holds each child of the same family with its own blocks."""

    child_id: str
    epoch: int = 0
    involvements: tuple[Involvement, ...] = ()
    consents: tuple[ConsentInForce, ...] = ()
    blocks: tuple[Block, ...] = ()
    related: tuple[tuple[str, tuple[Block, ...]], ...] = ()
