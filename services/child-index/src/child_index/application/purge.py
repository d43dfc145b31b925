"""Archived records are purged when their time has come: rows here, and by an event in every other service.

A clock that jumps must not purge early. So one run only notes what is due; a run a day later that finds it due still
purges it; and a run that does not takes the note back.
"""

from dataclasses import dataclass
from datetime import timedelta

from child_index.application.ports import IndexUnitOfWork
from child_index.domain.archiving import Ages
from child_index.domain.days import months_before, uk_date
from contracts.events.child_index import ChildPurged

STEP = 200
"""Children of one transaction."""
APART = timedelta(days=1)
"""How far apart the two runs are that must agree."""


@dataclass(frozen=True, slots=True)
class Purged:
    """Ids of records: newly found due, no longer due, and gone for good. `next_after`: 0 when all were looked at."""

    noted: list[str]
    taken_back: list[str]
    purged: list[str]
    next_after: int


async def purge_step(uow: IndexUnitOfWork, ages: Ages, after: int, *, dry_run: bool) -> Purged:
    """Looks at the next archived records. A child's records go together."""
    await uow.children.hold()
    now = uow.now()
    today = uk_date(now)
    found, next_after = await uow.archive.for_purge(months_before(today, 12 * ages.kept), STEP, after)
    done = Purged([], [], [], next_after)
    for child in found:
        archived_on = None if child.archived_at is None else uk_date(child.archived_at)
        due = archived_on is not None and ages.may_be_purged(list(child.records.values()), archived_on, today)
        if not due:
            done.taken_back.extend(child.records if child.due_since is not None else ())
        elif child.due_since is None:
            done.noted.extend(child.records)
        elif child.due_since <= now - APART:
            done.purged.extend(child.records)
    if not dry_run:
        await uow.archive.set_due(done.noted, now)
        await uow.archive.set_due(done.taken_back, None)
        await uow.archive.remove(done.purged, now)
        for child_id in done.purged:
            uow.emit(ChildPurged(child_id=child_id))
    return done
