"""What a decision is made from: the viewer as the directory has them, and what is recorded about the child."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from contracts.vocabulary import Category, PartyType, PractitionerStatus, Purpose, RecipientType, Role, Scope, Sector


@dataclass(frozen=True, slots=True)
class Post:
    """Another post that the viewer's person holds, under a practitioner id of its own."""

    practitioner_id: str
    agency_id: str | None
    team_ids: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks. `role` is None for an identity that the directory does not know; `child_id` is an account's own.

    `posts` are the other posts of the same person: they give nothing, but a block that names one of them holds here.
    """

    viewer_id: str
    role: Role | None = None
    status: PractitionerStatus = PractitionerStatus.ACTIVE
    agency_id: str | None = None
    sector: Sector | None = None
    team_ids: frozenset[str] = frozenset()
    scope: Scope = Scope.AGENCY
    child_id: str | None = None
    posts: tuple[Post, ...] = ()

    @property
    def active(self) -> bool:
        return self.role is not None and self.status is PractitionerStatus.ACTIVE


class InvolvementKind(StrEnum):
    EPISODE = "episode"
    LEAD = "lead"
    TEAM = "team"
    REFERRAL = "referral"
    """Was referred to a service, whose team shares it; it opens little (`Policy.referrals`)."""


_OF_A_TEAM = frozenset({InvolvementKind.EPISODE, InvolvementKind.REFERRAL})


@dataclass(frozen=True, slots=True)
class Involvement:
    """A service episode, the lead professional's appointment, a place in the team around the child, or a referral.
    Ended from the day that `ended_on` names."""

    reference: str
    kind: InvolvementKind
    practitioner_id: str | None
    team_id: str | None
    ended_on: date | None = None
    sensitive: bool = False
    recorded_at: datetime | None = None
    """When it became known here; None: before that was kept."""
    began_at: datetime | None = None
    """When the child index recorded it, by its own clock; None: before that was kept."""
    spans: frozenset[str] = frozenset()
    """Of a child with several records, those that it counts for (see `records`)."""
    shared: frozenset[Category] = frozenset()
    """Of a referral: what the referrer shares beside what any referral opens."""

    def current(self, today: date) -> bool:
        return self.ended_on is None or self.ended_on > today

    def is_of(self, viewer: Viewer) -> bool:
        """A service's team shares its episodes and the referrals to it; an appointment as lead professional, or a place
        in the team around the child, is the person's alone."""
        if self.practitioner_id is not None and self.practitioner_id == viewer.viewer_id:
            return True
        return self.kind in _OF_A_TEAM and self.team_id is not None and self.team_id in viewer.team_ids


@dataclass(frozen=True, slots=True)
class Recipient:
    type: RecipientType
    id: str | None = None

    def as_dict(self) -> dict[str, str]:
        return {"type": self.type.value} if self.id is None else {"type": self.type.value, "id": self.id}

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
    given_by: str | None = None
    recorded_at: datetime | None = None
    spans: frozenset[str] = frozenset()

    def covers(self, viewer: Viewer, category: Category, purpose: Purpose, now: datetime) -> bool:
        return (
            category in self.categories
            and (self.valid_until is None or now < self.valid_until)
            and (self.purposes is None or purpose in self.purposes)
            and any(recipient.includes(viewer) for recipient in self.recipients)
        )


@dataclass(frozen=True, slots=True)
class LegalBasisInForce:
    """A recorded legal basis that needs no consent (for example an enquiry under section 47, Children Act 1989)."""

    basis_id: str
    categories: frozenset[Category]
    recipients: tuple[Recipient, ...]
    valid_until: datetime
    recorded_at: datetime | None = None
    spans: frozenset[str] = frozenset()

    def covers(self, viewer: Viewer, category: Category, now: datetime) -> bool:
        """Never `sensitive`, which always needs a consent that names it."""
        return (
            category in self.categories
            and category is not Category.SENSITIVE
            and now < self.valid_until
            and any(recipient.includes(viewer) for recipient in self.recipients)
        )


@dataclass(frozen=True, slots=True)
class OverrideInForce:
    """A practitioner broke the glass: for themselves alone, for the categories named, until it expires."""

    override_id: str
    viewer_id: str
    categories: frozenset[Category]
    expires_at: datetime
    disclosed: bool = False
    """Whether an officer has said that it is safe for the young person to know."""

    def is_of(self, viewer: Viewer, now: datetime) -> bool:
        return viewer.viewer_id == self.viewer_id and now < self.expires_at


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
        return self.names(viewer.viewer_id, viewer.agency_id, viewer.team_ids) or any(
            self.names(post.practitioner_id, post.agency_id, post.team_ids) for post in viewer.posts
        )

    def names(self, practitioner_id: str, agency_id: str | None, team_ids: frozenset[str]) -> bool:
        match self.type:
            case PartyType.PRACTITIONER:
                return self.party_id == practitioner_id
            case PartyType.TEAM:
                return self.party_id in team_ids
            case PartyType.AGENCY:
                return self.party_id == agency_id


@dataclass(frozen=True, slots=True)
class Shield:
    """Categories that are hidden from everybody, save where the policy says otherwise: for a child in hiding, say."""

    shield_id: str
    categories: frozenset[Category]

    @property
    def hides_from_kin(self) -> bool:
        """Whether the child is not to be named beside a sibling, who mostly is where the child is."""
        return not self.categories.isdisjoint({Category.BASICS, Category.WHEREABOUTS, Category.FAMILY})


@dataclass(frozen=True, slots=True)
class HistoryDelay:
    """What an officer keeps back from the family until a moment: looks, involvements and legal bases since another.

    Of the practitioners and agencies named, or, where none is, of everybody.
    """

    since: datetime
    until: datetime
    practitioners: frozenset[str] = frozenset()
    agencies: frozenset[str] = frozenset()

    def current(self, now: datetime) -> bool:
        return now < self.until

    def is_of(self, viewer: Viewer) -> bool:
        """By any post that one person holds."""
        if not self.practitioners and not self.agencies:
            return True
        held = [(viewer.viewer_id, viewer.agency_id)]
        held += [(post.practitioner_id, post.agency_id) for post in viewer.posts]
        return any(who in self.practitioners or agency in self.agencies for who, agency in held)


@dataclass(frozen=True, slots=True)
class ChildFacts:
    """What is recorded about one child. `related` holds each child of the same family with its own blocks;
    `shielded_kin` names those of them who are shielded themselves.

    A child whose records were merged has several `records`, and `child_id` is the one that they answer as.
    """

    child_id: str
    epoch: int = 0
    involvements: tuple[Involvement, ...] = ()
    consents: tuple[ConsentInForce, ...] = ()
    blocks: tuple[Block, ...] = ()
    legal_bases: tuple[LegalBasisInForce, ...] = ()
    overrides: tuple[OverrideInForce, ...] = ()
    related: tuple[tuple[str, tuple[Block, ...]], ...] = ()
    delays: tuple[HistoryDelay, ...] = ()
    archived: bool = False
    shields: tuple[Shield, ...] = ()
    shielded_kin: frozenset[str] = frozenset()
    merged: tuple[str, ...] = ()
    """Every record of a child that has more than one."""

    @property
    def records(self) -> tuple[str, ...]:
        return self.merged or (self.child_id,)

    def as_the_young_person_may_know(self) -> "ChildFacts":
        return replace(self, overrides=tuple(each for each in self.overrides if each.disclosed))
