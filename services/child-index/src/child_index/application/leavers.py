"""After the last row of a full roll: the episodes of those who are not on it end, some hundreds in each transaction."""

from child_index.application.import_ports import Import
from child_index.application.ports import IndexUnitOfWork
from child_index.domain.days import uk_date
from child_index.domain.fields import LOCAL_ID_LENGTH, plain
from child_index.domain.full_roll import REASON, held
from child_index.domain.person import NUMBERED
from child_index.domain.roll_files import COLUMNS
from child_index.domain.roll_rows import BadRow
from contracts.events.child_index import ServiceEpisodeEnded

_AT_ONCE = 500
_MOST_REFUSED = 2_000
"""Beyond so many refused rows nobody looks whose they are."""


async def let_leave(uow: IndexUnitOfWork, job: Import, source: str) -> bool:
    """Ends some; True when all have left, or nobody may. The caller holds the import.

    `source`: under whose name the service's own numbers are kept. A kill between two of these transactions loses
    nothing: who has left is not found again.
    """
    if not job.check:
        await uow.children.hold()
    known, unknown_rows = await _whose(uow, job, source)
    if not job.left:
        enrolled, leaving = await uow.leavers.counts(job, known)
        why_not = held(unknown_rows, leaving, enrolled, job.leavers_limit)
        await uow.imports.found_leavers(job.import_id, leaving, why_not)
        if why_not is not None or not leaving:
            return True
        if job.check:
            await uow.imports.left(job.import_id, leaving, None)
            return True
    leavers = await uow.leavers.some(job, known, _AT_ONCE)
    today = uk_date(uow.now())
    ended = await uow.leavers.end([each.episode_id for each in leavers], today, REASON)
    last = None
    for each in leavers:
        if each.episode_id in ended:
            last = uow.emit(
                ServiceEpisodeEnded(
                    episode_id=each.episode_id, child_id=each.child_id, ended_on=today, ended_by=job.created_by
                )
            )
    await uow.imports.left(job.import_id, len(ended), last)
    return len(leavers) < _AT_ONCE


async def _whose(uow: IndexUnitOfWork, job: Import, source: str) -> tuple[set[str], int]:
    """The children of the refused rows that carry a number known of this service; and how many rows carry none."""
    if job.rejected > _MOST_REFUSED:
        return set(), job.rejected
    numbers = [_number(row) async for row in uow.imports.refused(job.import_id)]
    found = await uow.children.sources(source, {number for number in numbers if number})
    known = {number: record.child_id for number, record in found.items() if record.child_id and not record.pending}
    return {*known.values()}, sum(number not in known for number in numbers)


def _number(row: BadRow) -> str | None:
    if row.values is None:
        return None
    try:
        local_id = plain(row.values[COLUMNS.index("local_id")], LOCAL_ID_LENGTH)
    except ValueError:
        return None
    return f"{NUMBERED}{local_id}" if local_id else None
