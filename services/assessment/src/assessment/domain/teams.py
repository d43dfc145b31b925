"""The team around a child or family: who was asked to join it, who is in it, who has left."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from contracts.vocabulary import Role

SENSITIVE_ROLES = frozenset({Role.CAMHS})
"""That they are in a team tells of what belongs to `sensitive`."""


class Standing(StrEnum):
    INVITED = "invited"
    MEMBER = "member"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    """The invitation was taken back before it was accepted."""
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Practitioner:
    """As the directory last told. `active`: neither suspended nor gone. Name and work contact are for documents; None
    where the directory has not told since they are kept."""

    practitioner_id: str
    role: Role
    active: bool
    version: int
    name: str | None = None
    agency_id: str | None = None
    email: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class Invitation:
    """To the teams of one child, or of several siblings."""

    invitation_id: str
    practitioner_id: str
    part: str
    sensitive: bool
    invited_by: str
    invited_at: datetime
    answered_at: datetime | None = None
    accepted: bool | None = None


@dataclass(frozen=True, slots=True)
class Membership:
    """One invitation, as it stands for one child. `active`: whether the directory has the practitioner as such."""

    membership_id: str
    child_id: str
    invitation: Invitation
    active: bool
    ended_at: datetime | None = None
    ended_by: str | None = None

    @property
    def standing(self) -> Standing:
        if self.ended_at is not None:
            return Standing.LEFT if self.invitation.accepted else Standing.WITHDRAWN
        if self.invitation.accepted is None:
            return Standing.INVITED
        return Standing.MEMBER if self.invitation.accepted else Standing.DECLINED

    @property
    def current(self) -> bool:
        return self.standing in {Standing.INVITED, Standing.MEMBER}

    @property
    def works(self) -> bool:
        """In the team now; who is suspended does not count."""
        return self.standing is Standing.MEMBER and self.active

    def concerns(self, practitioner_id: str) -> bool:
        return practitioner_id in {self.invitation.practitioner_id, self.invitation.invited_by}


def clash(mine: list[Membership], theirs: list[Membership]) -> bool:
    """Whether two siblings have a team each, with nobody who was asked to join both at once."""
    own, others = ({each.invitation.invitation_id for each in team if each.works} for team in (mine, theirs))
    return bool(own) and bool(others) and own.isdisjoint(others)


def of_one_family(child_ids: Collection[str], family_of: Mapping[str, Collection[str]]) -> bool:
    """Whether all of them hang together, child by child, as the record has them."""
    left = set(child_ids)
    reached = {left.pop()}
    while near := {each for each in left if any(each in family_of[known] for known in reached)}:
        reached |= near
        left -= near
    return not left
