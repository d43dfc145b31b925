"""What the consent service tells: who is in the directory, whether they are active, and which services are schools."""

from typing import Any

from assessment.application.ports import AssessmentUnitOfWork
from assessment.domain.teams import Practitioner
from chassis.inbox import EventHandler
from contracts.events.base import Event
from contracts.events.consent import AgencyChanged, PractitionerChanged, ServiceChanged
from contracts.vocabulary import PractitionerStatus


async def on_practitioner_changed(uow: AssessmentUnitOfWork, event: PractitionerChanged) -> None:
    active = event.status is PractitionerStatus.ACTIVE
    await uow.neighbours.put_practitioner(
        Practitioner(
            event.practitioner_id,
            event.role,
            active,
            event.version,
            name=event.name,
            agency_id=event.agency_id,
            email=event.email,
            phone=event.phone,
        )
    )


async def on_agency_changed(uow: AssessmentUnitOfWork, event: AgencyChanged) -> None:
    await uow.people.put_agency(event.agency_id, event.name, event.version)


async def on_service_changed(uow: AssessmentUnitOfWork, event: ServiceChanged) -> None:
    is_school = event.type.replace("_", "-") == "school" and not event.sensitive
    await uow.stages.put_service(event.service_id, event.name, is_school=is_school, version=event.version)


HANDLERS: dict[type[Event], EventHandler[Any]] = {
    AgencyChanged: on_agency_changed,
    PractitionerChanged: on_practitioner_changed,
    ServiceChanged: on_service_changed,
}
