"""The consent service's topic: the directory, copied for names, contacts and checks."""

from chassis.inbox import EventHandler
from child_index.application.ports import IndexUnitOfWork
from contracts.events import AgencyChanged, Event, PractitionerChanged, ServiceChanged


async def on_agency_changed(uow: IndexUnitOfWork, event: AgencyChanged) -> None:
    await uow.directory.put_agency(
        {"agency_id": event.agency_id, "name": event.name, "contact": event.contact, "version": event.version}
    )


async def on_practitioner_changed(uow: IndexUnitOfWork, event: PractitionerChanged) -> None:
    await uow.directory.put_practitioner(
        {
            "practitioner_id": event.practitioner_id,
            "name": event.name,
            "agency_id": event.agency_id,
            "role": event.role.value,
            "status": event.status.value,
            "email": event.email,
            "phone": event.phone,
            "version": event.version,
        }
    )


async def on_service_changed(uow: IndexUnitOfWork, event: ServiceChanged) -> None:
    await uow.directory.put_service(
        {
            "service_id": event.service_id,
            "name": event.name,
            "agency_id": event.agency_id,
            "team_id": event.team_id,
            "type": event.type,
            "sensitive": event.sensitive,
            "contact": event.contact,
            "version": event.version,
        }
    )


HANDLERS: dict[type[Event], EventHandler[IndexUnitOfWork]] = {
    AgencyChanged: on_agency_changed,
    PractitionerChanged: on_practitioner_changed,
    ServiceChanged: on_service_changed,
}
