"""Accept or decline an invitation to a team."""

from assessment.application.find_clashes import find_team_clashes
from assessment.application.ports import AssessmentUnitOfWork
from assessment.domain.teams import Invitation
from chassis.errors import NotFound
from chassis.grants import Grant
from chassis.ids import is_uuid
from contracts.events.assessment import PractitionerJoinedTeam


async def answer_invitation(
    uow: AssessmentUnitOfWork, grant: Grant, invitation_id: str, *, accepted: bool
) -> Invitation:
    """Raises `NotFound` where there is nothing of the caller's to answer: unknown, another's, answered, taken back."""
    at = uow.now()
    found = None
    if is_uuid(invitation_id):
        found = await uow.teams.answer(invitation_id, grant.viewer_id, at, accepted=accepted)
    if found is None:
        raise NotFound
    invitation, memberships = found
    if accepted:
        for membership_id, child_id in memberships:
            uow.emit(
                PractitionerJoinedTeam(
                    membership_id=membership_id,
                    child_id=child_id,
                    practitioner_id=invitation.practitioner_id,
                    sensitive=invitation.sensitive,
                )
            )
        for _, child_id in memberships:
            await find_team_clashes(uow, child_id)
    return invitation
