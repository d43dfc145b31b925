"""Actions of a plan: add one, change one."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from assessment.application.find_action import action_under
from assessment.application.ports import AssessmentUnitOfWork
from assessment.domain.plan import Action, ActionStatus
from chassis.errors import Invalid, NotFound, Stale
from chassis.etags import etag, require_match
from chassis.grants import Grant
from chassis.ids import new_id
from contracts.events.assessment import ActionAdded, ActionChanged
from contracts.vocabulary import Category, ChildOutcome


@dataclass(frozen=True, slots=True)
class AddAction:
    title: str
    owner_id: str
    due_on: date
    outcome: ChildOutcome | None
    category: Category


async def add_action(uow: AssessmentUnitOfWork, grant: Grant, command: AddAction) -> Action:
    """Raises `NotFound` where its category is not granted, `Invalid` for an owner whom the directory does not have as
    active."""
    if grant.child_id is None or not grant.permits(command.category):
        raise NotFound
    await _require_active(uow, command.owner_id)
    action = Action(
        action_id=new_id(),
        child_id=grant.child_id,
        title=command.title,
        owner_id=command.owner_id,
        due_on=command.due_on,
        outcome=command.outcome,
        category=command.category,
        status=ActionStatus.OPEN,
        reason=None,
        added_by=grant.viewer_id,
        added_at=uow.now(),
        changed_by=grant.viewer_id,
        changed_at=uow.now(),
    )
    await uow.actions.add(action)
    uow.emit(
        ActionAdded(
            action_id=action.action_id,
            child_id=action.child_id,
            category=action.category,
            owner_id=action.owner_id,
            due_on=action.due_on,
            added_by=grant.viewer_id,
        )
    )
    return action


async def change_action(
    uow: AssessmentUnitOfWork, grant: Grant, action_id: str, changes: Mapping[str, Any], if_match: str | None
) -> Action:
    """`changes`: any of title, owner_id, due_on, outcome, status and reason.

    Raises `NotFound` alike for no such action and for one that the caller may not know of, `Unconditional` and `Stale`
    by `If-Match`, `Invalid` for what cannot be.
    """
    standing = await action_under(uow, grant, action_id)
    require_match(if_match, etag(standing.version))
    if "owner_id" in changes and changes["owner_id"] != standing.owner_id:
        await _require_active(uow, changes["owner_id"])
    action = replace(
        standing, **changes, changed_by=grant.viewer_id, changed_at=uow.now(), version=standing.version + 1
    )
    if (action.status is ActionStatus.DROPPED) != (action.reason is not None):
        if action.status is ActionStatus.DROPPED or "reason" in changes:
            raise Invalid.field("/reason", "is needed where an action is dropped, and nowhere else")
        action = replace(action, reason=None)
    if action.status is not ActionStatus.DONE:
        action = replace(action, done_at=None, done_by=None)
    elif standing.status is not ActionStatus.DONE:
        action = replace(action, done_at=action.changed_at, done_by=action.changed_by)
    elif standing.done_at is None:  # done by the release before, which kept no more than the last change
        action = replace(action, done_at=standing.changed_at, done_by=standing.changed_by)
    other = action.due_on != standing.due_on or action.owner_id != standing.owner_id
    if not await uow.actions.save(action, remind_anew=other):
        raise Stale
    uow.emit(
        ActionChanged(
            action_id=action.action_id,
            child_id=action.child_id,
            category=action.category,
            owner_id=action.owner_id,
            due_on=action.due_on,
            status=action.status,
            changed_by=grant.viewer_id,
            version=action.version,
        )
    )
    return action


async def _require_active(uow: AssessmentUnitOfWork, owner_id: str) -> None:
    owner = await uow.neighbours.practitioner(owner_id)
    if owner is None or not owner.active:
        raise Invalid.field("/owner_id", "is not an active practitioner")
