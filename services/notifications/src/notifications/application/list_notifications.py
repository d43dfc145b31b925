"""Read one's own inbox."""

from dataclasses import dataclass

from chassis.grants import Grant
from notifications.application.need_to_know import MOST_CHILDREN, known_to
from notifications.application.ports import NotificationsUnitOfWork
from notifications.domain.entries import Entry, State


@dataclass(frozen=True, slots=True)
class Inbox:
    """`entries` may hold one more than was asked for, which tells that there is another page."""

    entries: list[Entry]
    unread: int


async def list_candidates(uow: NotificationsUnitOfWork, grant: Grant) -> list[str]:
    """The children whom the caller's own entries are about."""
    return await uow.entries.children_of(grant.viewer_id, MOST_CHILDREN)


async def list_notifications(
    uow: NotificationsUnitOfWork, grant: Grant, state: State | None, before: str | None, limit: int
) -> Inbox:
    """Pages and the count of unread ones are made of the visible entries alone, so a hidden one leaves no trace."""
    known = known_to(grant)
    return Inbox(
        entries=await uow.entries.newest(grant.viewer_id, known, state, before, limit + 1),
        unread=await uow.entries.count_unread(grant.viewer_id, known),
    )
