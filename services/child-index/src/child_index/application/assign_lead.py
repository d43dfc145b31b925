"""One practitioner coordinates, and is the first contact: the lead professional."""

from collections.abc import Collection
from dataclasses import dataclass

from chassis.errors import Invalid
from chassis.grants import Grant
from child_index.application.history import remember_lead
from child_index.application.places import is_area_wide
from child_index.application.ports import IndexUnitOfWork, Lead, PastLead, Practitioner
from child_index.application.whole import granted_child
from child_index.domain.wholes import Whole
from contracts.events.child_index import LeadProfessionalAssigned
from contracts.vocabulary import PractitionerStatus


@dataclass(frozen=True, slots=True)
class AssignLead:
    practitioner_id: str
    reason: str | None
    handover_note: str | None = None


@dataclass(frozen=True, slots=True)
class ShownLead:
    """`practitioner`, `assigner` are None where the directory does not know them."""

    lead: PastLead
    practitioner: Practitioner | None
    assigner: Practitioner | None


async def lead_history(uow: IndexUnitOfWork, grant: Grant) -> list[ShownLead]:
    """Everybody who has led for the child, the last one first; to one who may not learn where the child is, those who
    tell nothing of it."""
    child = await granted_child(uow, grant)
    return await shown_leads(uow, child, grant, await uow.leads.history(child.numbers))


async def shown_leads(uow: IndexUnitOfWork, child: Whole, grant: Grant, leads: Collection[PastLead]) -> list[ShownLead]:
    """Those of them whom the grant's reader may know of."""
    people = await uow.directory.practitioners(
        {id_ for each in leads for id_ in (each.practitioner_id, each.assigned_by)}
    )
    found = [ShownLead(each, people.get(each.practitioner_id), people.get(each.assigned_by)) for each in leads]
    if child.child_id in grant.veiled:
        found = [each for each in found if is_area_wide(each.practitioner) and is_area_wide(each.assigner)]
    return found


async def assign_lead(uow: IndexUnitOfWork, command: AssignLead, grant: Grant) -> tuple[Lead, Practitioner]:
    """The new lead professional; the one before is kept in history. Naming the present one again changes nothing.

    Of a child with several records the new one is named where the present one is, so that the hand-over ends it.
    """
    child = await granted_child(uow, grant)
    practitioner = await uow.directory.practitioner(command.practitioner_id)
    if practitioner is None or practitioner.status != PractitionerStatus.ACTIVE:
        raise Invalid.field("/practitioner_id", "is not an active practitioner")
    present = await uow.leads.present(child.numbers)
    if present is not None and present.practitioner_id == command.practitioner_id:
        return present, practitioner
    child_no, child_id = (present.child_no, present.child_id) if present else (child.numbers[0], child.child_id)
    await uow.leads.assign(child_no, command.practitioner_id, grant.viewer_id, command.reason, command.handover_note)
    await remember_lead(uow, child, present, child_no, command.practitioner_id, command.reason, grant)
    uow.emit(
        LeadProfessionalAssigned(
            child_id=child_id,
            practitioner_id=command.practitioner_id,
            previous_practitioner_id=present.practitioner_id if present else None,
            assigned_by=grant.viewer_id,
        )
    )
    return Lead(command.practitioner_id, uow.now(), child_no, child_id), practitioner
