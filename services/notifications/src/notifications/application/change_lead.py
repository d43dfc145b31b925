"""Another practitioner leads for the child from now on: keep who, and tell them."""

from notifications.application.ports import NotificationsUnitOfWork
from notifications.application.tell import tell
from notifications.domain.hearing import Occurrence


async def change_lead(uow: NotificationsUnitOfWork, practitioner_id: str, occurrence: Occurrence) -> None:
    """The new lead professional is kept first, so that the occurrence finds them as its audience."""
    await uow.leads.put(occurrence.child_id, practitioner_id)
    await tell(uow, occurrence)
