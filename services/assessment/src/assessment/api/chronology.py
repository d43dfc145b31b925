"""A child's chronology: one time line out of what all the services know."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse
from pydantic import ValidationError

from assessment.api.chronology_schemas import ChronologyPage, Teller
from assessment.application.ports import UnitOfWorkFactory
from assessment.application.read_chronology import read_chronology
from assessment.domain.chronology import Entry, Source, Who
from chassis.chronology import Asked, Place
from chassis.chronology_query import asked_for, cursor_of
from chassis.disclosure import disclose
from chassis.errors import NotFound, Unavailable
from chassis.grants import Grant
from chassis.idempotency import Answer
from chassis.pages import page
from chassis.problem_docs import problems
from chassis.service import Granted, answer
from contracts.supplies import ChronologyEntries, ChronologyEntry


def chronology_routes(reading: UnitOfWorkFactory, tell: Teller) -> APIRouter:
    router = APIRouter(tags=["chronology"])

    @router.get(
        "/v1/children/{child_id}/chronology",
        summary="What happened in the child's life and in the work with them, newest first.",
        description="From all that you may see: services and lead professionals, assessments, the team, the plan, "
        "stages, life events. What happened long ago and was recorded since stands where it happened. A correction may "
        "move an entry; nothing else does, so pages neither repeat nor lose one while new ones come in.",
        response_model=ChronologyPage,
        responses=problems(404, 422),
    )
    async def read(
        grant: Annotated[Grant, Depends(Granted("chronology.read"))],
        child_id: str,
        request: Request,
        asked: Annotated[Asked, Depends(asked_for)],
    ) -> JSONResponse:
        supplied = _supplied(await request.body())
        async with reading() as uow:
            found = await read_chronology(uow, grant, asked, supplied)
        of_child = grant.child_id
        if of_child is None:
            raise NotFound
        shown = page(
            found,
            asked.limit,
            lambda each: disclose(tell(each, of_child), grant.categories),
            lambda each: cursor_of(each.place),
        )
        return answer(Answer(200, shown))

    return router


def _supplied(body: bytes) -> list[Entry]:
    """What the gateway brings along from the child index. Raises `Unavailable` where it did not."""
    try:
        return [_entry(each) for each in ChronologyEntries.model_validate_json(body).items]
    except ValidationError as error:
        raise Unavailable("What the child index knows did not come along") from error


def _entry(given: ChronologyEntry) -> Entry:
    by = given.by
    return Entry(
        place=Place(given.day, given.kind, given.moment, given.key),
        category=given.category,
        recorded_at=given.recorded_at,
        by=None if by is None else Who(by.practitioner_id, by.name, by.role),
        source=Source(**given.source.model_dump()),
    )
