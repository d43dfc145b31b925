"""Leave the team around a child, or take somebody out of it."""

from assessment.application.ports import AssessmentUnitOfWork
from assessment.domain.teams import Membership
from chassis.errors import NotFound
from chassis.grants import Grant
from chassis.ids import is_uuid
from contracts.events.assessment import PractitionerLeftTeam

_MOST = 50


async def leave_team(uow: AssessmentUnitOfWork, grant: Grant, membership_id: str | None) -> None:
    """One's own place, or, by `membership_id`, another's: the lead professional's to end, and of whoever invited.

    Raises `NotFound` where there is none that the caller may end.
    """
    if membership_id is None:
        standing = await uow.teams.of(grant.viewer_id, _MOST, grant.records)
    else:
        found = await uow.teams.find(membership_id) if is_uuid(membership_id) else None
        standing = [] if found is None or not _may_end(grant, found) else [found]
    ended = [each for each in standing if await uow.teams.end(each.membership_id, uow.now(), grant.viewer_id)]
    if not ended:
        raise NotFound
    for each in ended:
        # Read again: an invitation may have been accepted just before.
        now = await uow.teams.find(each.membership_id)
        if now is not None and now.invitation.accepted:
            uow.emit(
                PractitionerLeftTeam(
                    membership_id=each.membership_id,
                    child_id=each.child_id,
                    practitioner_id=each.invitation.practitioner_id,
                    left_on=uow.now().date(),
                    ended_by=grant.viewer_id,
                )
            )


def _may_end(grant: Grant, membership: Membership) -> bool:
    mine = grant.lead or membership.concerns(grant.viewer_id)
    return mine and membership.child_id in grant.records and membership.current
