"""The rows of an import, batch by batch: each is read while the one before it is being saved."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from child_index.application.import_ports import Import
from child_index.application.ports import Units
from child_index.domain.days import uk_date
from child_index.domain.placement import Submission
from child_index.domain.roll_rows import BadRow, GoodRow, read_row, unpacked

_MOST_AHEAD = 4
"""Of so many imports at once a batch is held in memory before its turn; the others are read when it comes."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows that can be placed, each with its submission, and those that cannot; of so many chunks."""

    chunks: int
    good: list[GoodRow]
    bad: list[BadRow]
    submissions: list[Submission]


class Batches:
    """Gives an import's next batch, and reads the one after it when told that there will be time."""

    def __init__(self, reading: Units) -> None:
        self._reading = reading
        self._ahead: dict[str, tuple[tuple[int, int], asyncio.Task[Batch | None]]] = {}
        """For each import which chunks are being read, or were: the first, and how many at most."""

    async def of(self, job: Import, chunks: int) -> Batch | None:
        """The batch whose turn it is, of so many chunks at most; None where there are no more."""
        asked = job.next_chunk, chunks
        read, reading = self._ahead.pop(job.import_id, (None, None))
        if reading is not None:
            if read == asked:
                return await reading
            await _ended([reading])  # another process was at it meanwhile, or the last batch is to be done again
        return await self._read(job, *asked)

    def look_ahead(self, job: Import, batch: Batch, chunks: int) -> None:
        """Begins to read the batch after this one, whose turn it is."""
        if len(self._ahead) < _MOST_AHEAD:
            following = job.next_chunk + batch.chunks, chunks
            self._ahead[job.import_id] = following, asyncio.create_task(self._read(job, *following))

    async def drop(self, *, but: Collection[str] = ()) -> None:
        """Forgets what was read ahead, save of these imports."""
        gone = [self._ahead.pop(import_id)[1] for import_id in [*self._ahead] if import_id not in but]
        await _ended(gone)

    async def _read(self, job: Import, first: int, most: int) -> Batch | None:
        async with self._reading() as uow:
            chunks = await uow.imports.chunks(job.import_id, first, most)
            today = uk_date(uow.now())
        return await asyncio.to_thread(_batch, chunks, job, today) if chunks else None


def source_of(service_id: str) -> str:
    return f"service:{service_id}"


def _batch(chunks: list[bytes], job: Import, today: date) -> Batch:
    rows = [read_row(raw, today, job.date_order) for chunk in chunks for raw in unpacked(chunk)]
    good = [row for row in rows if isinstance(row, GoodRow)]
    source = source_of(job.service_id)
    return Batch(
        chunks=len(chunks),
        good=good,
        bad=[row for row in rows if isinstance(row, BadRow)],
        submissions=[Submission.of(row.person, source, row.local_id, row.row) for row in good],
    )


async def _ended(tasks: Collection["asyncio.Task[Batch | None]"]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
