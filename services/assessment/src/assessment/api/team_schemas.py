"""What the routes of the team around the child take and answer with, each field with its category."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from assessment.api.schemas import without_nul
from assessment.domain.teams import Invitation, Membership, Standing
from chassis.disclosure import STRUCTURE, In
from contracts.vocabulary import Category

_PLAN, _INVOLVEMENT = In(Category.PLAN), In(Category.INVOLVEMENT)
PractitionerId = Annotated[str, StringConstraints(min_length=1, max_length=64), AfterValidator(without_nul)]


class InviteRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")
    practitioner_id: PractitionerId
    part: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
        AfterValidator(without_nul),
        Field(description="What they are to do in the team."),
    ]


class ChildInviteRequest(InviteRequest):
    sensitive: Annotated[
        bool, Field(description="That they are in the team belongs to `sensitive`; for some roles it always does.")
    ] = False


class FamilyInviteRequest(InviteRequest):
    child_ids: Annotated[list[Annotated[str, StringConstraints(max_length=36)]], Field(min_length=2, max_length=20)]


class AnswerRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")
    accept: bool


class MemberBody(BaseModel):
    """`active`: whether the directory has them as such; who is suspended sees nothing of the child."""

    membership_id: Annotated[str, _PLAN]
    child_id: Annotated[str, _PLAN]
    practitioner_id: Annotated[str | None, _PLAN] = None
    part: Annotated[str | None, _PLAN] = None
    status: Annotated[Standing, _PLAN]
    active: Annotated[bool, _PLAN]
    invited_by: Annotated[str | None, _PLAN] = None
    invited_at: Annotated[datetime, _PLAN]
    answered_at: Annotated[datetime | None, _PLAN] = None
    ended_at: Annotated[datetime | None, _PLAN] = None
    ended_by: Annotated[str | None, _PLAN] = None

    @classmethod
    def of(cls, membership: Membership, child_id: str | None = None) -> Self:
        """`child_id` is what the child answers as now."""
        invitation = membership.invitation
        return cls(
            membership_id=membership.membership_id,
            child_id=child_id or membership.child_id,
            practitioner_id=invitation.practitioner_id,
            part=invitation.part,
            status=membership.standing,
            active=membership.active,
            invited_by=invitation.invited_by,
            invited_at=invitation.invited_at,
            answered_at=invitation.answered_at,
            ended_at=membership.ended_at,
            ended_by=membership.ended_by,
        )


class TeamPage(BaseModel):
    """Newest first."""

    items: Annotated[list[MemberBody], STRUCTURE]
    next_cursor: Annotated[str | None, STRUCTURE]


class FamilyTeamBody(BaseModel):
    items: Annotated[list[MemberBody], STRUCTURE]


class InvitationBody(BaseModel):
    """Nothing of a child: who asks tells whom it is about, and what is needed is seen once it is accepted."""

    invitation_id: Annotated[str, STRUCTURE]
    invited_by: Annotated[str, STRUCTURE]
    invited_at: Annotated[datetime, STRUCTURE]

    @classmethod
    def of(cls, invitation: Invitation) -> Self:
        return cls(
            invitation_id=invitation.invitation_id,
            invited_by=invitation.invited_by,
            invited_at=invitation.invited_at,
        )


class InvitationPage(BaseModel):
    items: Annotated[list[InvitationBody], STRUCTURE]
    next_cursor: Annotated[str | None, STRUCTURE]


class AnsweredBody(BaseModel):
    invitation_id: Annotated[str, STRUCTURE]
    accepted: Annotated[bool, STRUCTURE]


class MyTeam(BaseModel):
    child_id: Annotated[str, _INVOLVEMENT]
    membership_id: Annotated[str, _INVOLVEMENT]
    joined_at: Annotated[datetime | None, _INVOLVEMENT]

    @classmethod
    def of(cls, membership: Membership) -> Self:
        return cls(
            child_id=membership.child_id,
            membership_id=membership.membership_id,
            joined_at=membership.invitation.answered_at,
        )


class MyTeams(BaseModel):
    items: Annotated[list[MyTeam], STRUCTURE]
