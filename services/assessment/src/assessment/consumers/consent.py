"""What the consent service tells: who is in the directory, whether they are active, which services are schools,
and which consents there are."""

from typing import Any

from assessment.application.ports import AssessmentUnitOfWork
from assessment.domain.teams import Practitioner
from chassis.inbox import EventHandler
from contracts.events.base import Event
from contracts.events.consent import ConsentRecorded, PractitionerChanged, ServiceChanged
from contracts.vocabulary import PractitionerStatus


async def on_practitioner_changed(uow: AssessmentUnitOfWork, event: PractitionerChanged) -> None:
    active = event.status is PractitionerStatus.ACTIVE
    await uow.neighbours.put_practitioner(Practitioner(event.practitioner_id, event.role, active, event.version))


async def on_service_changed(uow: AssessmentUnitOfWork, event: ServiceChanged) -> None:
    is_school = event.type.replace("_", "-") == "school" and not event.sensitive
    await uow.stages.put_service(event.service_id, event.name, is_school=is_school, version=event.version)


async def on_consent_recorded(uow: AssessmentUnitOfWork, event: ConsentRecorded) -> None:
    await uow.lifecycle.note_consent(event.consent_id, event.child_id)


HANDLERS: dict[type[Event], EventHandler[Any]] = {
    PractitionerChanged: on_practitioner_changed,
    ServiceChanged: on_service_changed,
    ConsentRecorded: on_consent_recorded,
}
