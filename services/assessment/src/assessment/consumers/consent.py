"""What the consent service tells: who is in the directory, whether they are active, which services there are, which
consents, and which legal bases are recorded."""

from typing import Any

from assessment.application.ports import AssessmentUnitOfWork
from assessment.domain.referrals import Service
from assessment.domain.teams import Practitioner
from chassis.inbox import EventHandler
from contracts.events.base import Event
from contracts.events.consent import (
    AgencyChanged,
    ConsentRecorded,
    LegalBasisEnded,
    LegalBasisRecorded,
    PractitionerChanged,
    ServiceChanged,
)
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
    await uow.receiving_services.put(Service(event.service_id, event.team_id, event.sensitive, event.version))
    if event.sensitive:
        await uow.referrals.turn_sensitive(service_id=event.service_id)


async def on_legal_basis_recorded(uow: AssessmentUnitOfWork, event: LegalBasisRecorded) -> None:
    await uow.legal_bases.record(event.basis_id, event.child_id, event.valid_until)


async def on_legal_basis_ended(uow: AssessmentUnitOfWork, event: LegalBasisEnded) -> None:
    await uow.legal_bases.end(event.basis_id, event.child_id)


async def on_consent_recorded(uow: AssessmentUnitOfWork, event: ConsentRecorded) -> None:
    await uow.lifecycle.note_consent(event.consent_id, event.child_id)


HANDLERS: dict[type[Event], EventHandler[Any]] = {
    AgencyChanged: on_agency_changed,
    PractitionerChanged: on_practitioner_changed,
    ServiceChanged: on_service_changed,
    ConsentRecorded: on_consent_recorded,
    LegalBasisRecorded: on_legal_basis_recorded,
    LegalBasisEnded: on_legal_basis_ended,
}
