"""Officers read the signals of the people whose looks they may see, and the entries behind each."""

from datetime import datetime

from chassis.errors import NotFound
from chassis.grants import Grant
from consent.application.access_log import scoped
from consent.application.ports import Record, UnitOfWork


async def list_signals(
    uow: UnitOfWork, grant: Grant, kind: str | None, viewer_id: str | None, after: str | None, limit: int
) -> list[Record]:
    """The one found last first; one more than `limit` where there are more."""
    narrowed = scoped(grant, {"kind": kind, "viewer_id": viewer_id})
    return [] if narrowed is None else await uow.signals.page(narrowed, after, limit + 1)


async def entries_behind(
    uow: UnitOfWork, grant: Grant, signal_id: str, after: tuple[datetime, str] | None, limit: int
) -> list[Record]:
    """Log rows, oldest first. Raises `NotFound` for a signal that this officer may not know of."""
    narrowed = scoped(grant, {"signal_id": signal_id})
    if narrowed is None or not await uow.signals.page(narrowed, None, 1):
        raise NotFound
    return await uow.signals.entries(signal_id, after, limit + 1)
