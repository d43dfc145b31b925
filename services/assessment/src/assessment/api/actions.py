"""The actions of a child's plan."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query
from fastapi.responses import JSONResponse

from assessment.api.plan_schemas import ActionBody, ActionChange, ActionPage, ActionRequest
from assessment.application.change_plan import AddAction, add_action, change_action
from assessment.application.find_action import action_under, list_actions
from assessment.application.ports import UnitOfWorkFactory
from assessment.domain.plan import Action, ActionStatus
from chassis.disclosure import disclose
from chassis.etags import etag
from chassis.grants import Grant
from chassis.idempotency import Answer, once
from chassis.pages import Cursor, Limit, decode_cursor, encode_cursor, page
from chassis.problem_docs import problems
from chassis.service import Granted, IdempotencyOf, answer

_OF_CHILD, _ONE = "/v1/children/{child_id}/actions", "/v1/actions/{action_id}"
_WHO = frozenset({"owner_id", "added_by", "changed_by"})
_ToRead = Annotated[Grant, Depends(Granted("action.read"))]


def action_routes(reading: UnitOfWorkFactory, writing: UnitOfWorkFactory) -> APIRouter:
    router = APIRouter(tags=["plan"])

    @router.get(
        _OF_CHILD,
        summary="The actions of the child's plan that you may know of, newest first.",
        response_model=ActionPage,
        responses=problems(404),
    )
    async def list_all(
        grant: _ToRead,
        child_id: str,
        status: Annotated[ActionStatus | None, Query(description="Only those.")] = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> JSONResponse:
        before = decode_cursor(cursor)
        async with reading() as uow:
            found = await list_actions(uow, grant, status, before[0] if before else None, limit)
        shown = page(found, limit, lambda each: action_told(each, grant), lambda each: encode_cursor(each.action_id))
        return answer(Answer(200, shown))

    @router.post(
        _OF_CHILD,
        status_code=201,
        summary="Add an action to the child's plan.",
        description="Its `category` rules who may know of it; you can write in those that your role is entitled to.",
        response_model=ActionBody,
        responses=problems(404),
    )
    async def add(
        grant: Annotated[Grant, Depends(Granted("action.add"))],
        child_id: str,
        request: ActionRequest,
        idempotency: IdempotencyOf,
    ) -> JSONResponse:
        command = AddAction(request.title, request.owner_id, request.due_on, request.outcome, request.category)
        async with writing() as uow:

            async def work() -> Answer:
                made = await add_action(uow, grant, command)
                return Answer(201, disclose(ActionBody.of(made, grant.child_id), grant.categories), etag(made.version))

            result = await once(uow, idempotency(grant), work)
        return answer(result, uow.effects)

    @router.get(_ONE, summary="Read an action.", response_model=ActionBody, responses=problems(404))
    async def read(grant: _ToRead, action_id: str) -> JSONResponse:
        async with reading() as uow:
            found = await action_under(uow, grant, action_id)
        return answer(Answer(200, action_told(found, grant), etag(found.version)))

    @router.patch(
        _ONE,
        summary="Change an action: owner, day, outcome, words, or whether it is done or dropped (with the reason).",
        response_model=ActionBody,
        responses=problems(404, 412, 428),
    )
    async def change(
        grant: Annotated[Grant, Depends(Granted("action.change"))],
        action_id: str,
        request: ActionChange,
        if_match: Annotated[str | None, Header(max_length=500)] = None,
    ) -> JSONResponse:
        changes = {name: getattr(request, name) for name in request.model_fields_set}
        async with writing() as uow:
            changed = await change_action(uow, grant, action_id, changes, if_match)
            await uow.commit()
        return answer(Answer(200, action_told(changed, grant), etag(changed.version)), uow.effects)

    return router


def action_told(action: Action, grant: Grant) -> dict[str, Any]:
    """Whose category was granted before; to one who may not learn where the child is, without who else works there."""
    told = disclose(ActionBody.of(action, grant.child_id), grant.categories)
    if grant.veiled:
        told = {key: value for key, value in told.items() if key not in _WHO or value == grant.viewer_id}
    return told
