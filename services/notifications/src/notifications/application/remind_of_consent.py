"""A consent is about to end: remind of it. It was withdrawn: nobody is to renew it."""

from notifications.application.ports import NotificationsUnitOfWork
from notifications.application.tell import tell
from notifications.domain.hearing import Occurrence


async def remind_of_consent(uow: NotificationsUnitOfWork, consent_id: str, occurrence: Occurrence) -> None:
    """Nobody is reminded of a consent that was withdrawn, nor twice of the same one."""
    if not await uow.consents.is_withdrawn(consent_id) and not await uow.entries.reminds_of(consent_id):
        await tell(uow, occurrence)


async def forget_consent(uow: NotificationsUnitOfWork, consent_id: str) -> None:
    """Takes back the reminders that nobody has acknowledged."""
    await uow.consents.withdrawn(consent_id)
    await uow.entries.take_back(consent_id)
