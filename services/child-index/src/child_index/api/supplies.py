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
from child_index.application.for_documents import Helping, for_document
from child_index.application.known import what_is_known
from child_index.application.ports import Practitioner
from contracts.supplies import ChronologyEntries, DocumentFacts, Helper, KnownFact, KnownFacts, NamedChild

DOCUMENTS = ("assessment.document", "plan.document", "me.plan", "me.plan-document")


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

    for action in DOCUMENTS:

        async def facts(grant: Annotated[Grant, Depends(Granted(action))]) -> DocumentFacts:
            async with parts.reading() as uow:
                found = await for_document(uow, grant)
            child = found.child and NamedChild.model_validate(found.child, from_attributes=True)
            if grant.action == "assessment.document":
                return DocumentFacts(child=child)  # an assessment has no need of more
            return DocumentFacts(
                child=child,
                lead=found.lead and _helper(Helping(found.lead, None, leads=True)),
                around=None if found.around is None else [_helper(each) for each in found.around],
            )

        router.get(f"/internal/supplies/{action}")(facts)

    return router


def _helper(helping: Helping) -> Helper:
    person: Practitioner | None = helping.practitioner
    service = helping.service
    if helping.nameless:
        return Helper(service_type=service.type if service else None)
    return Helper(
        practitioner_id=person.practitioner_id if person else None,
        name=person.name if person else None,
        role=person.role if person else None,
        service_name=service.name if service else None,
        service_type=service.type if service else None,
        agency_name=(person.agency_name if person else None) or (service.agency_name if service else None),
        phone=person.phone if person else None,
        email=person.email if person else None,
        contact=helping.contact,
        leads=helping.leads,
    )
