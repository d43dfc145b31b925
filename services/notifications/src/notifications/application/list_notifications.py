"""Read one's own inbox."""

from dataclasses import dataclass, replace

from chassis.grants import Grant
from chassis.ids import is_uuid
from contracts.decisions import Candidates
from notifications.application.need_to_know import MOST_CHILDREN, asked_for, known_to
from notifications.application.ports import NotificationsUnitOfWork
from notifications.application.same_child import records_of
from notifications.domain.entries import Entry, State, Wanted
from notifications.domain.happenings import NotificationType
from notifications.domain.hearing import Priority


@dataclass(frozen=True, slots=True)
class Filter:
    """What a caller asks for; None: whatever it is."""

    state: State | None = None
    type: NotificationType | None = None
    child_id: str | None = None
    priority: Priority | None = None


@dataclass(frozen=True, slots=True)
class Inbox:
    """`entries` may hold one more than was asked for, which tells that there is another page."""

    entries: list[Entry]
    unread: int


async def list_candidates(uow: NotificationsUnitOfWork, grant: Grant) -> Candidates:
    """The children whom the caller's own entries are about."""
    return Candidates(
        children=await uow.entries.children_of(grant.viewer_id, MOST_CHILDREN),
        categories=asked_for(await uow.entries.needed(grant.viewer_id)),
    )


async def list_notifications(
    uow: NotificationsUnitOfWork, grant: Grant, sought: Filter, before: str | None, limit: int
) -> Inbox:
    """The entries of which the caller may know now, newest first, and how many of all of these are unread."""
    known = known_to(grant, await uow.entries.needed(grant.viewer_id))
    wanted = await wanted_of(uow, sought)
    return Inbox(
        await uow.entries.newest(grant.viewer_id, known, wanted, before, limit + 1),
        await uow.entries.count(grant.viewer_id, known, Wanted(uow.now(), State.UNREAD)),
    )


async def wanted_of(uow: NotificationsUnitOfWork, sought: Filter) -> Wanted:
    """A child's entries are those of all its records, whichever of them was named."""
    wanted = Wanted(uow.now(), sought.state, sought.type, None, sought.priority)
    if sought.child_id is None:
        return wanted
    child_id = sought.child_id.lower()
    return replace(wanted, children=await records_of(uow, child_id) if is_uuid(child_id) else [])
