"""One practitioner coordinates, and is the first contact: the lead professional."""

from dataclasses import dataclass

from chassis.errors import Invalid, NotFound
from chassis.grants import Grant
from child_index.application.ports import IndexUnitOfWork, Lead, Practitioner
from contracts.events import LeadProfessionalAssigned
from contracts.vocabulary import PractitionerStatus


@dataclass(frozen=True, slots=True)
class AssignLead:
    practitioner_id: str
    reason: str | None


async def assign_lead(uow: IndexUnitOfWork, command: AssignLead, grant: Grant) -> tuple[Lead, Practitioner]:
    """The new lead professional; the one before is kept in history. Naming the present one again changes nothing."""
    child_no = await uow.children.number_of(grant.child_id) if grant.child_id else None
    if child_no is None or grant.child_id is None:
        raise NotFound
    practitioner = await uow.directory.practitioner(command.practitioner_id)
    if practitioner is None or practitioner.status != PractitionerStatus.ACTIVE:
        raise Invalid.field("/practitioner_id", "is not an active practitioner")
    present = await uow.leads.present(child_no)
    if present is not None and present.practitioner_id == command.practitioner_id:
        return present, practitioner
    await uow.leads.assign(child_no, command.practitioner_id, grant.viewer_id, command.reason)
    uow.emit(
        LeadProfessionalAssigned(
            child_id=grant.child_id,
            practitioner_id=command.practitioner_id,
            previous_practitioner_id=present.practitioner_id if present else None,
            assigned_by=grant.viewer_id,
        )
    )
    return Lead(command.practitioner_id, uow.now()), practitioner
