"""Ask a practitioner to join the team around a child, or around several siblings."""

from collections.abc import Sequence
from dataclasses import dataclass

from assessment.application.ports import AssessmentUnitOfWork
from assessment.domain.teams import SENSITIVE_ROLES, Invitation, Membership, of_one_family
from chassis.errors import Invalid, NotFound
from chassis.grants import Grant
from chassis.ids import new_id
from contracts.events.assessment import PractitionerInvited
from contracts.vocabulary import Category


@dataclass(frozen=True, slots=True)
class InviteToTeam:
    """`sensitive`: that they are in the team belongs to that category."""

    practitioner_id: str
    part: str
    sensitive: bool = False


async def invite_to_team(uow: AssessmentUnitOfWork, grant: Grant, command: InviteToTeam) -> Membership:
    """Whether a block stands between the child and who is asked is not known here, and so shows in nothing.

    Raises `NotFound` without the plan, `Invalid` for somebody whom the directory does not have as active.
    """
    if grant.child_id is None or not grant.permits(Category.PLAN):
        raise NotFound
    if command.sensitive and not grant.permits(Category.SENSITIVE):
        raise NotFound
    (membership,) = await _invite(uow, grant, command, [grant.child_id])
    return membership


async def invite_to_family_team(
    uow: AssessmentUnitOfWork, grant: Grant, command: InviteToTeam, child_ids: Sequence[str]
) -> list[Membership]:
    """One invitation to the team of each child. The grant was decided on child by child.

    Raises `NotFound` alike where a child is not granted, and where one is no sibling of another as far as the index's
    record says and the caller may see.
    """
    children = list(dict.fromkeys(child_ids))
    if not set(grant.records).issuperset(children) or not set(grant.related).issuperset(children):
        raise NotFound
    # Of two each stands beside the other; of more, two families might each stand beside itself.
    if len(children) > 2:
        family_of = {each: await uow.neighbours.family_of(each) for each in children}
        if not of_one_family(children, family_of):
            raise NotFound
    return await _invite(uow, grant, command, children)


async def _invite(
    uow: AssessmentUnitOfWork, grant: Grant, command: InviteToTeam, child_ids: Sequence[str]
) -> list[Membership]:
    practitioner = await uow.neighbours.practitioner(command.practitioner_id)
    if practitioner is None or not practitioner.active:
        raise Invalid.field("/practitioner_id", "is not an active practitioner")
    invitation = Invitation(
        invitation_id=new_id(),
        practitioner_id=command.practitioner_id,
        part=command.part,
        sensitive=command.sensitive or practitioner.role in SENSITIVE_ROLES,
        invited_by=grant.viewer_id,
        invited_at=uow.now(),
    )
    made = [Membership(new_id(), child_id, invitation, active=True) for child_id in child_ids]
    await uow.teams.invite(invitation, [(each.membership_id, each.child_id) for each in made])
    uow.emit(
        PractitionerInvited(
            invitation_id=invitation.invitation_id,
            practitioner_id=invitation.practitioner_id,
            invited_by=invitation.invited_by,
        )
    )
    return made
