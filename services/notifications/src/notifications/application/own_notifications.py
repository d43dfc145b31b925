"""What a young person asked to hear of their own record.

Nothing sensitive that others wrote, nothing of third parties, and nothing of what an officer keeps back: for as long as
it is, it is as if it had not happened, in items, pages and counts.
"""

from collections.abc import Sequence
from dataclasses import replace

from chassis.errors import NotFound
from chassis.grants import Grant
from chassis.ids import is_uuid
from contracts.vocabulary import Category
from notifications.application.list_notifications import Inbox
from notifications.application.ports import Known, NotificationsUnitOfWork
from notifications.domain.entries import Entry, State, Wanted

MOST = 1000
"""Entries that are looked at, the newest first. A young person is told of a few a month."""


async def own_notifications(
    uow: NotificationsUnitOfWork, grant: Grant, state: State | None, before: str | None, limit: int
) -> Inbox:
    """Newest first; one more than `limit` where there are more."""
    told = await _told(uow, grant)
    now = uow.now()
    wanted = [each for each in told if state is None or each.state_at(now) is state]
    if before is not None:
        wanted = [each for each in wanted if each.notification_id < before]
    return Inbox(wanted[: limit + 1], sum(each.state_at(now) is State.UNREAD for each in told))


async def acknowledge_own(uow: NotificationsUnitOfWork, grant: Grant, notification_id: str) -> Entry:
    """Raises `NotFound` alike for what is not there, another's, and what is kept back."""
    entry = await uow.entries.find(grant.viewer_id, notification_id) if is_uuid(notification_id) else None
    if entry is None or not _may_hear(grant, entry):
        raise NotFound
    if entry.acknowledged_at is not None:
        return entry
    now = uow.now()
    await uow.entries.acknowledge(notification_id, now)
    return replace(entry, acknowledged_at=now)


async def _told(uow: NotificationsUnitOfWork, grant: Grant) -> Sequence[Entry]:
    needed = await uow.entries.needed(grant.viewer_id)
    known = Known(dict.fromkeys(needed, grant.records), ())
    found = await uow.entries.newest(grant.viewer_id, known, Wanted(uow.now()), None, MOST)
    return [entry for entry in found if _may_hear(grant, entry)]


def _may_hear(grant: Grant, entry: Entry) -> bool:
    if entry.child_id is None or entry.child_id not in grant.records or entry.other_child_id is not None:
        return False
    if Category.SENSITIVE in entry.categories or not grant.categories.issuperset(entry.categories):
        return False
    return not any(kept.covers(entry.practitioner_id, entry.agency_id, entry.created_at) for kept in grant.kept_back)
