"""While somebody is away a colleague finds in their own inbox what comes meanwhile, as far as a decision permits the
colleague themselves."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from chassis.errors import Conflict, Invalid, NotFound
from chassis.grants import Grant
from chassis.ids import is_uuid, new_id
from notifications.application.inbox_ports import Cover
from notifications.application.ports import NotificationsUnitOfWork
from notifications.domain.colleagues import may_cover

LONGEST = timedelta(days=180)
MOST = 20
"""Covers of one practitioner that have not ended."""


@dataclass(frozen=True, slots=True)
class NameColleague:
    """`starts_at` None: now."""

    colleague_id: str
    starts_at: datetime | None
    ends_at: datetime


async def name_colleague(uow: NotificationsUnitOfWork, grant: Grant, command: NameColleague) -> Cover:
    """Raises `Invalid` for a period that is over or too long, or somebody who is no colleague, whoever that is;
    `Conflict` for too many at once."""
    now = uow.now()
    starts_at = command.starts_at or now
    if not max(starts_at, now) < command.ends_at <= starts_at + LONGEST:
        detail = f"must be in the future, after the start, and at most {LONGEST.days} days after it"
        raise Invalid.field("/ends_at", detail)
    if starts_at > now + LONGEST:
        raise Invalid.field("/starts_at", f"must be at most {LONGEST.days} days from now")
    await uow.covers.lock(grant.viewer_id)
    posts = await uow.directory.posts({grant.viewer_id, command.colleague_id})
    colleague = posts.get(command.colleague_id)
    if command.colleague_id == grant.viewer_id or not may_cover(posts.get(grant.viewer_id), colleague):
        raise Invalid.field("/colleague_id", "is no active colleague of one of your teams or your agency")
    own = [each for each in await uow.covers.of(grant.viewer_id, now) if each.practitioner_id == grant.viewer_id]
    if len(own) >= MOST:
        raise Conflict(f"You may name colleagues for {MOST} periods at once", code="too-many-covers")
    cover = Cover(new_id(), grant.viewer_id, command.colleague_id, starts_at, command.ends_at, now)
    await uow.covers.add(cover)
    return cover


async def covers_of(uow: NotificationsUnitOfWork, grant: Grant) -> list[Cover]:
    """Who covers for the caller, and for whom the caller covers, now or later."""
    return await uow.covers.of(grant.viewer_id, uow.now())


async def end_cover(uow: NotificationsUnitOfWork, grant: Grant, cover_id: str) -> None:
    """By either of the two. What came meanwhile stays. Raises `NotFound` for what is not theirs, or has ended."""
    now = uow.now()
    theirs = {each.cover_id for each in await uow.covers.of(grant.viewer_id, now)} if is_uuid(cover_id) else set()
    if cover_id not in theirs or not await uow.covers.end(cover_id, now):
        raise NotFound
