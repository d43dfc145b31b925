"""Read one's own inbox."""

from dataclasses import dataclass

from chassis.grants import Grant
from contracts.decisions import Candidates
from notifications.application.need_to_know import MOST_CHILDREN, asked_for, known_to
from notifications.application.ports import NotificationsUnitOfWork
from notifications.domain.entries import Entry, State


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
    uow: NotificationsUnitOfWork, grant: Grant, state: State | None, before: str | None, limit: int
) -> Inbox:
    """Pages and the count of unread ones are made of the visible entries alone, so a hidden one leaves no trace."""
    known = known_to(grant, await uow.entries.needed(grant.viewer_id))
    return Inbox(
        entries=await uow.entries.newest(grant.viewer_id, known, state, before, limit + 1),
        unread=await uow.entries.count_unread(grant.viewer_id, known),
    )
