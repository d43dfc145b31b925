"""Another practitioner leads for the child from now on: keep who, and tell them."""

from notifications.application.family import tell_leads_of_family
from notifications.application.ports import NotificationsUnitOfWork
from notifications.application.tell import tell
from notifications.domain.hearing import Occurrence


async def change_lead(
    uow: NotificationsUnitOfWork, child_id: str, practitioner_id: str, occurrence: Occurrence
) -> None:
    """Who is told is the one appointed, also where somebody else leads for a record that this one was merged into."""
    await uow.leads.put(child_id, practitioner_id)
    await tell(uow, occurrence, lead=practitioner_id)
    await tell_leads_of_family(uow, child_id)
