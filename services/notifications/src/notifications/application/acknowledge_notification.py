"""Acknowledge an entry of one's own inbox."""

from dataclasses import replace

from chassis.errors import NotFound
from chassis.grants import Grant
from chassis.ids import is_uuid
from contracts.decisions import Candidates
from notifications.application.need_to_know import asked_for, known_to
from notifications.application.ports import NotificationsUnitOfWork
from notifications.domain.entries import Entry


async def acknowledge_candidates(uow: NotificationsUnitOfWork, grant: Grant, notification_id: str) -> Candidates:
    """The child whom the entry is about, if the entry is the caller's own."""
    entry = await _own(uow, grant, notification_id)
    if entry is None or entry.child_id is None:
        return Candidates(children=[], categories=asked_for([]))
    return Candidates(children=[entry.child_id], categories=asked_for([entry.categories]))


async def acknowledge_notification(uow: NotificationsUnitOfWork, grant: Grant, notification_id: str) -> Entry:
    """The entry as it then is; a second time changes nothing.

    Raises `NotFound` alike for an entry that is not there, another's, or about a child hidden from the caller.
    """
    entry = await _own(uow, grant, notification_id)
    if entry is None or not known_to(grant, [entry.categories]).covers(entry):
        raise NotFound
    if entry.acknowledged_at is not None:
        return entry
    now = uow.now()
    if await uow.entries.acknowledge(notification_id, now):
        return replace(entry, acknowledged_at=now)
    # The same practitioner acknowledged it from elsewhere at this moment: theirs stands.
    return await _own(uow, grant, notification_id) or entry


async def _own(uow: NotificationsUnitOfWork, grant: Grant, notification_id: str) -> Entry | None:
    if not is_uuid(notification_id):
        return None
    return await uow.entries.find(grant.viewer_id, notification_id)
