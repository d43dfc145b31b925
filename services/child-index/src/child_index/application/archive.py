"""Records of people grown up are archived, and opened again where that was too early. Repeated, it changes nothing."""

from dataclasses import dataclass

from child_index.application.ports import IndexUnitOfWork
from child_index.domain.archiving import Ages
from child_index.domain.days import uk_date
from contracts.events.child_index import ChildArchived, ChildRestored

STEP = 1000
"""Records of one transaction."""


@dataclass(frozen=True, slots=True)
class Archived:
    """Ids of the records that are, or would be, archived and opened again. `next_after`: 0 when all were looked at."""

    archived: list[str]
    restored: list[str]
    next_after: int


async def archive_step(uow: IndexUnitOfWork, ages: Ages, after: int, *, dry_run: bool) -> Archived:
    """Looks at the next records. A child's records go together; a merge meanwhile waits."""
    await uow.children.hold()
    now = uow.now()
    today = uk_date(now)
    born_by, kept_by = (ages.last_birthday(today, kept_open=kept_open) for kept_open in (False, True))
    found, next_after = await uow.archive.near(born_by, kept_by, now, STEP, after)
    archived: list[str] = []
    restored: list[str] = []
    for child in found:
        due = ages.is_due(list(child.records.values()), today, kept_open=child.kept_open)
        if due != child.archived:
            (archived if due else restored).extend(child.records)
    if not dry_run:
        for ids, at in ((archived, now), (restored, None)):
            if ids:
                await uow.archive.set_archived(ids, at)
        for child_id in archived:
            uow.emit(ChildArchived(child_id=child_id))
        for child_id in restored:
            uow.emit(ChildRestored(child_id=child_id))
    return Archived(archived, restored, next_after)
