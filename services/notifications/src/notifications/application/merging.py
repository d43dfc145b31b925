"""Two records turned out to be of one child, or not after all: the lead professionals of both are told."""

from datetime import datetime

from notifications.application.ports import Merge, NotificationsUnitOfWork
from notifications.application.same_child import lead_of
from notifications.application.tell import tell
from notifications.domain.hearing import Occurrence


async def take_merge(uow: NotificationsUnitOfWork, event: str, merge_id: str, merge: Merge) -> None:
    """Told of once, and not at all where it is known already that it was undone."""
    if await uow.merges.known(merge_id) is None:
        await _tell_both(uow, event, merge)
        await uow.merges.add(merge_id, merge, undone_at=None)


async def take_undoing(
    uow: NotificationsUnitOfWork, event: str, merge_id: str, merge: Merge, undone_at: datetime
) -> None:
    in_force = await uow.merges.known(merge_id)
    if in_force is None:
        await uow.merges.add(merge_id, merge, undone_at=undone_at)
    elif in_force:
        await uow.merges.end(merge_id, undone_at)
        await _tell_both(uow, event, merge)


async def _tell_both(uow: NotificationsUnitOfWork, event: str, merge: Merge) -> None:
    """Each by the record that they led for, which they may still know of when the two are apart again."""
    leads = [(record, await lead_of(uow, record)) for record in (merge.into, merge.record)]
    told: set[str] = set()
    for record, lead in leads:
        if lead is not None and lead not in told:
            told.add(lead)
            await tell(uow, Occurrence(event=event, child_id=record, done_by=None), lead=lead)
