"""Who can see a child's record, for practitioners and for the young person."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from chassis.disclosure import STRUCTURE, disclose
from chassis.grants import Grant
from chassis.problem_docs import problems
from chassis.service import Granted
from consent.api.common import EVERYTHING, PolicyOf, Reading, Told
from consent.application.ports import UnitOfWork
from consent.application.viewers import viewers_of
from consent.application.whole_child import who_is_involved
from consent.domain.telling import Reader
from contracts.vocabulary import ACCOUNT_ROLES, Category, Purpose, Role

router = APIRouter(responses=problems(404))


class PermittedCategory(BaseModel):
    category: Annotated[Category, Told]
    rule: Annotated[str, Told]
    because: Annotated[str, Told]


class Viewer(BaseModel):
    practitioner_id: Annotated[str | None, Told] = None
    name: Annotated[str | None, Told] = None
    role: Annotated[Role, Told]
    agency_id: Annotated[str | None, Told] = None
    agency_name: Annotated[str | None, Told] = None
    lead_professional: Annotated[bool, Told]
    purpose: Annotated[Purpose, Told]
    categories: Annotated[list[PermittedCategory], Told]


class Viewers(BaseModel):
    items: Annotated[list[Viewer], STRUCTURE]
    next_cursor: Annotated[str | None, STRUCTURE] = None


@router.get(
    "/v1/children/{child_id}/viewers",
    summary="Who can see which categories, and by which rule",
    response_model=Viewers,
)
async def get_viewers(
    child_id: str,
    grant: Annotated[Grant, Depends(Granted("viewers.read"))],
    reading: Reading,
    policy: PolicyOf,
) -> JSONResponse:
    return await viewers_answer(reading, policy, grant)


async def viewers_answer(reading: Callable[[], UnitOfWork], policy: Any, grant: Grant) -> JSONResponse:
    reader = Reader(grant.role) if grant.role in ACCOUNT_ROLES else None
    async with reading() as uow:
        found = await viewers_of(uow, policy, await who_is_involved(uow, grant), reader, veiled=bool(grant.veiled))
    items = [disclose(Viewer.model_validate(viewer), EVERYTHING) for viewer in found]
    return JSONResponse({"items": items, "next_cursor": None})
