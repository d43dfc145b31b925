"""Find actions: for a caller whose grant is about the child and holds the category, or to tell whose child it is."""

from assessment.application.ports import AssessmentUnitOfWork
from assessment.domain.plan import Action, ActionStatus
from chassis.errors import NotFound
from chassis.grants import Grant
from chassis.ids import is_uuid


async def action_under(uow: AssessmentUnitOfWork, grant: Grant, action_id: str) -> Action:
    """Raises `NotFound` alike for none, for another child's, and for one of a category that is not granted."""
    action = await _find(uow, action_id)
    if action is None or action.child_id not in grant.records or not grant.permits(action.category):
        raise NotFound
    return action


async def list_actions(
    uow: AssessmentUnitOfWork, grant: Grant, status: ActionStatus | None, before: str | None, limit: int
) -> list[Action]:
    """Those of granted categories alone, newest first; one more than `limit` where there is another page."""
    return await uow.actions.page(grant.records, grant.categories, status, before, limit + 1)


async def child_of_action(uow: AssessmentUnitOfWork, action_id: str) -> str | None:
    action = await _find(uow, action_id)
    return None if action is None else action.child_id


async def _find(uow: AssessmentUnitOfWork, action_id: str) -> Action | None:
    return await uow.actions.find(action_id) if is_uuid(action_id) else None
