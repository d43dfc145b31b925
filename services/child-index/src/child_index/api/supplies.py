"""What the index gives another service's answer, under the very grant of that answer; the gateway carries it."""

from typing import Annotated

from fastapi import APIRouter, Depends

from chassis.chronology import Asked
from chassis.chronology_query import asked_for
from chassis.grants import Grant
from chassis.service import Granted
from child_index.api.chronology import entry_of
from child_index.api.wiring import Parts
from child_index.application.chronology import chronology
from child_index.application.known import what_is_known
from contracts.supplies import ChronologyEntries, KnownFact, KnownFacts


def supplies_router(parts: Parts) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/internal/supplies/assessment.prefill")
    async def known(grant: Annotated[Grant, Depends(Granted("assessment.prefill"))]) -> KnownFacts:
        async with parts.reading() as uow:
            found = await what_is_known(uow, grant)
        return KnownFacts(
            items=[
                KnownFact(key=each.key, category=each.category, value=each.value, recorded_on=each.recorded_on)
                for each in found
            ]
        )

    @router.get("/internal/supplies/chronology.read")
    async def chronology_of(
        grant: Annotated[Grant, Depends(Granted("chronology.read"))], asked: Annotated[Asked, Depends(asked_for)]
    ) -> ChronologyEntries:
        async with parts.reading() as uow:
            found = await chronology(uow, grant, asked)
        return ChronologyEntries(items=[entry_of(each) for each in found])

    return router
