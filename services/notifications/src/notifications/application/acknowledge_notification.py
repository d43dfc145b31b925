"""Acknowledge an entry of one's own inbox, take that back, put one off, or acknowledge all up to one."""

from dataclasses import dataclass, replace
from datetime import datetime

from chassis.errors import Conflict, Invalid, NotFound
from chassis.grants import Grant
from chassis.ids import is_uuid
from contracts.decisions import Candidates
from notifications.application.list_notifications import Filter, wanted_of
from notifications.application.need_to_know import asked_for, known_to
from notifications.application.ports import NotificationsUnitOfWork
from notifications.domain.entries import LONGEST_SNOOZE, Entry, State, Wanted


@dataclass(frozen=True, slots=True)
class AllAcknowledged:
    acknowledged: int
    unread: int


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
    entry = await _known(uow, grant, notification_id)
    if entry.acknowledged_at is not None:
        return entry
    now = uow.now()
    if await uow.entries.acknowledge(notification_id, now):
        return replace(entry, acknowledged_at=now)
    # The same practitioner acknowledged it from elsewhere at this moment: theirs stands.
    return await _own(uow, grant, notification_id) or entry


async def take_back_acknowledgement(uow: NotificationsUnitOfWork, grant: Grant, notification_id: str) -> Entry:
    """The entry, unread again. Raises `NotFound` as above."""
    entry = await _known(uow, grant, notification_id)
    await uow.entries.take_back_acknowledgement(notification_id)
    return replace(entry, acknowledged_at=None)


async def snooze_notification(
    uow: NotificationsUnitOfWork, grant: Grant, notification_id: str, until: datetime | None
) -> Entry:
    """The entry, put off; `until` None: there again. Raises `NotFound` as above, `Invalid` for a time that is over or
    too far off, `Conflict` for one that is acknowledged."""
    entry = await _known(uow, grant, notification_id)
    now = uow.now()
    if until is not None:
        if not now < until <= now + LONGEST_SNOOZE:
            raise Invalid.field("/until", f"must be in the future, and at most {LONGEST_SNOOZE.days} days from now")
        if entry.acknowledged_at is not None:
            raise Conflict("It is acknowledged; take that back first", code="acknowledged")
    await uow.entries.snooze(notification_id, until)
    return replace(entry, snoozed_until=until)


async def acknowledge_all(uow: NotificationsUnitOfWork, grant: Grant, up_to: str, sought: Filter) -> AllAcknowledged:
    """All unread ones that the caller may know of now, up to one of them in the order in which they came in: nothing
    newer is swept along, also where it has a lower id. Raises `NotFound` as above."""
    entry = await _known(uow, grant, up_to)
    place = await uow.entries.place_of(grant.viewer_id, entry.notification_id)
    known = known_to(grant, await uow.entries.needed(grant.viewer_id))
    wanted = replace(await wanted_of(uow, replace(sought, state=State.UNREAD)), up_to=place)
    done = await uow.entries.acknowledge_all(grant.viewer_id, known, wanted, uow.now())
    return AllAcknowledged(done, await uow.entries.count(grant.viewer_id, known, Wanted(uow.now(), State.UNREAD)))


async def _known(uow: NotificationsUnitOfWork, grant: Grant, notification_id: str) -> Entry:
    entry = await _own(uow, grant, notification_id)
    if entry is None or not known_to(grant, [entry.categories]).covers(entry):
        raise NotFound
    return entry


async def _own(uow: NotificationsUnitOfWork, grant: Grant, notification_id: str) -> Entry | None:
    if not is_uuid(notification_id):
        return None
    return await uow.entries.find(grant.viewer_id, notification_id)
