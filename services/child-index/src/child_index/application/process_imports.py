"""The worker's side of imports: a batch of rows, its events and its results in one transaction.

A process that dies at any moment has either done a batch or not; the next one goes on with the batch after.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Coroutine, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import structlog

from chassis import garbage
from chassis.errors import Unavailable
from child_index.application.enrolment import begin_with_service, save_register
from child_index.application.first_lists import FirstLists
from child_index.application.import_batches import Batch, Batches, source_of
from child_index.application.import_ports import Import, ImportCounted, ImportResult
from child_index.application.knowledge import KnowledgeSource
from child_index.application.leavers import let_leave
from child_index.application.list_placing import place_list
from child_index.application.ports import IndexUnitOfWork, Service, Units
from child_index.domain.placement import Knowledge, Placement
from child_index.domain.register import Register

log = structlog.get_logger("kith.imports")

_ATTEMPTS = 5
_ABANDONED = timedelta(hours=1)


class ImportWorker:
    """Takes imports batch by batch until it is cancelled: those of one service one after the other, those of several in
    turn, so that a short list is not kept waiting by a long one of somebody else."""

    def __init__(
        self,
        units: Units,
        reading: Units,
        knowledge: KnowledgeSource,
        poll_seconds: float,
        load_rows: int,
        counted: ImportCounted | None = None,
    ) -> None:
        """`load_rows`: of a list into an index without children, how many are taken as `FirstLists` does."""
        self._counted = counted
        self._units = units
        self._reading = reading
        self._batches = Batches(reading)
        self._first_lists = FirstLists(load_rows)
        self._knowledge = knowledge
        self._poll_seconds = poll_seconds
        self._wake = asyncio.Event()
        self._failures: dict[str, tuple[int, int]] = {}
        """For each import the batch that failed, and how often."""
        self._last = ""
        """The service whose turn it was last."""

    def wake(self) -> None:
        self._wake.set()

    async def run(self) -> None:
        try:
            while True:
                self._wake.clear()
                try:
                    await self._discard_abandoned()
                    while await _to_its_end(self.step()):
                        pass
                except Unavailable:
                    log.warning("imports.waiting", seconds=self._poll_seconds)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._poll_seconds):
                        await self._wake.wait()
        finally:
            await self._batches.drop()

    async def step(self) -> bool:
        """Does one batch of the import whose turn it is. False when there is nothing to do, or others are at it all."""
        async with self._reading() as uow:
            jobs = await uow.imports.open()
        await self._batches.drop(but=[job.import_id for job in jobs])
        self._first_lists.drop(but=[job.import_id for job in jobs])
        # Services in the order of their ids, from the one after the last: each has its turn.
        for job in sorted(jobs, key=lambda each: (each.service_id <= self._last, each.service_id)):
            try:
                done = await self._advance(job)
            except Unavailable:
                raise
            except Exception as error:
                await self._note_failure(job, error)
                done = True
            if done:
                self._last = job.service_id
                return True
        return False

    async def _advance(self, job: Import) -> bool:
        """False when another process is at this import."""
        knowledge = await self._knowledge.current()
        chunks = self._first_lists.chunks(job, knowledge)
        batch = await self._batches.of(job, chunks)
        if batch is None:
            return await self._end(job)
        self._batches.look_ahead(job, batch, chunks)
        with garbage.left_for_later():
            return await self._process(job, batch, knowledge)

    async def _process(self, job: Import, batch: Batch, knowledge: Knowledge) -> bool:
        """False when another process is at this import."""
        async with self._units(patient=True) as uow:
            taken = await uow.imports.take(job.import_id)
            if taken is None or taken.next_chunk != job.next_chunk:
                return taken is not None
            service = await uow.directory.service(job.service_id)
            if service is None:
                raise LookupError("the import's service is not in the directory")
            placements: list[Placement] = []
            last_event = held = None
            if batch.submissions:
                held = await self._first_lists.held(uow, job, batch, knowledge)
                if held is not None:
                    register, placements = await held.place(batch.submissions)
                elif batch.chunks > 1:
                    return True  # somebody was quicker: chunk by chunk then, as ever
                else:
                    register, placements = await place_list(uow, knowledge, job, service, batch.submissions)
                if job.check:
                    placements = [_foretold(register, each) for each in placements]
                else:
                    last_event, numbers = await _save(uow, register, placements, job, service)
                    if held is not None:
                        held.numbers = numbers
            results = [
                ImportResult(good.row, good.local_id, p.outcome, p.child_id, p.review_id, p.score)
                for good, p in zip(batch.good, placements, strict=True)
            ]
            await uow.imports.progress(job.import_id, results, batch.bad, last_event, batch.chunks)
            await uow.commit()
            if held is not None:
                self._first_lists.keep(job, held)
        if self._counted is not None:
            outcomes = Counter({"rejected": len(batch.bad)}) + Counter(str(p.outcome) for p in placements)
            self._counted.taken(outcomes, check=job.check)
        return True

    async def _end(self, job: Import) -> bool:
        """All rows are taken. False when another process is at this import."""
        if not job.full_roll:
            return await self._finish(job, "completed")
        async with self._units() as uow:
            taken = await uow.imports.take(job.import_id)
            if taken is not None and taken.next_chunk == job.next_chunk:
                all_left = await let_leave(uow, taken, source_of(job.service_id))
                if all_left:
                    await self._finished(uow, job, "completed")
                await uow.commit()
                if all_left and self._counted is not None:
                    self._counted.ended("completed")
        return taken is not None

    async def _finish(self, job: Import, state: str) -> bool:
        """False when another process is at this import."""
        async with self._units() as uow:
            taken = await uow.imports.take(job.import_id)
            if taken is not None and taken.next_chunk == job.next_chunk:
                await self._finished(uow, job, state)
                await uow.commit()
                if self._counted is not None:
                    self._counted.ended(state)
        return taken is not None

    async def _finished(self, uow: IndexUnitOfWork, job: Import, state: str) -> None:
        await uow.imports.finish(job.import_id, state)
        self._failures.pop(job.import_id, None)
        log.info("imports.finished", import_id=job.import_id, state=state)

    async def _note_failure(self, job: Import, error: Exception) -> None:
        """A batch that fails again and again fails its import, so that it does not hold up the imports after it."""
        number, before = self._failures.get(job.import_id, (job.next_chunk, 0))
        count = before + 1 if number == job.next_chunk else 1
        self._failures[job.import_id] = (job.next_chunk, count)
        # The type alone: the text of an exception may hold a row's values.
        log.error(
            "imports.batch_failed",
            import_id=job.import_id,
            batch=job.next_chunk,
            attempt=count,
            error_type=type(error).__qualname__,
        )
        if count >= _ATTEMPTS:
            await self._finish(job, "failed")
        else:
            await asyncio.sleep(min(0.1 * 2**count, 5.0))

    async def _discard_abandoned(self) -> None:
        async with self._reading() as uow:
            before = uow.now() - _ABANDONED
            abandoned = await uow.imports.abandoned(before)
        for import_id in abandoned:
            async with self._units() as uow:
                await uow.imports.discard(import_id)
                await uow.commit()


async def _to_its_end(step: Coroutine[Any, Any, bool]) -> bool:
    """A worker that is told to stop finishes the batch that it is at: a moment's work, else done again in vain."""
    task = asyncio.ensure_future(step)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        with contextlib.suppress(Exception):
            await task
        raise


def _foretold(register: Register, placement: Placement) -> Placement:
    """What a check keeps: no id of what it did not make."""
    if placement.child_id is not None and placement.child_id in register.changes.added:
        return replace(placement, child_id=None)
    asked = next((each for each in register.changes.reviews if each.review_id == placement.review_id), None)
    # Of a review that is not made, whom it would be about: a full roll does not count them among the leavers.
    return placement if asked is None else replace(placement, child_id=asked.candidate_id, review_id=None)


async def _save(
    uow: IndexUnitOfWork, register: Register, placements: Sequence[Placement], job: Import, service: Service
) -> tuple[str | None, dict[str, int]]:
    """The id of the last event, and the numbers of the new children."""
    numbers, registered = await save_register(
        uow,
        register,
        source_of(job.service_id),
        by=job.created_by,
        agency_id=job.agency_id,
        service_id=job.service_id,
        import_id=job.import_id,
    )
    children = {p.child_id: p.record_id for p in placements if p.child_id is not None and p.record_id is not None}
    begun = await begin_with_service(
        uow, service, register, numbers, children, job.created_by, bulk=True, import_id=job.import_id
    )
    return begun or registered, {child_id: numbers[child_id] for child_id in register.changes.added}
