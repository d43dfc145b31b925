"""How an import goes, and what became of its rows; for the agency that sent it."""

from collections.abc import AsyncIterator
from dataclasses import replace

from chassis.errors import NotFound
from chassis.grants import Grant
from child_index.application.import_ports import Import, ImportRejection, ImportResult
from child_index.application.ports import IndexUnitOfWork, Units
from child_index.domain.roll_rows import BadRow


async def read_import(uow: IndexUnitOfWork, import_id: str, grant: Grant) -> Import:
    """Raises NotFound for an import of another agency, as for none."""
    found = await uow.imports.get(import_id)
    if found is None:
        raise NotFound
    same_agency = found.agency_id is not None and found.agency_id == grant.agency_id
    if not same_agency and found.created_by != grant.viewer_id:
        raise NotFound
    return found


async def read_rejections(
    uow: IndexUnitOfWork, import_id: str, grant: Grant, limit: int, after: tuple[int, str]
) -> list[ImportRejection]:
    """Rejections after (row, field), in order; one more than `limit` where there are more."""
    await read_import(uow, import_id, grant)
    return await uow.imports.rejections(import_id, limit + 1, after)


async def refused(reading: Units, import_id: str) -> AsyncIterator[BadRow]:
    """Every row that was not taken, in order, out of one snapshot."""
    async with reading() as uow:
        async for row in uow.imports.refused(import_id):
            yield row


async def results(reading: Units, import_id: str) -> AsyncIterator[ImportResult]:
    """What became of each row that was taken, in order, out of one snapshot.

    Of a check without the child and the score: it leaves no trace with a child, and so tells no more than whether
    there is one. Of a row that waits for a human without the score: how well it agrees would tell a child who is kept
    from the sender from one who is merely doubtful.
    """
    async with reading() as uow:
        job = await uow.imports.get(import_id)
        async for result in uow.imports.results(import_id):
            if job is not None and job.check:
                yield replace(result, child_id=None, score=None)
            else:
                yield replace(result, score=None) if result.outcome == "review" else result
