"""Imports: the rows that were received, and what became of each."""

from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.bulk import insert_rows
from chassis.ids import Clock
from child_index.adapters import tables
from child_index.application.import_ports import Import, ImportOrder, ImportRejection, ImportResult
from child_index.domain.roll_rows import BadRow

_imports, _chunks = tables.imports, tables.import_chunks
_rejections, _results = tables.import_rejections, tables.import_results
_refused = tables.import_refused_rows
_PAGE = 500
_UNFINISHED = _imports.c.state.in_(("queued", "running"))


class SqlImports:
    def __init__(self, connection: AsyncConnection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    async def begin(
        self,
        import_id: str,
        order: ImportOrder,
        headings: Sequence[str | None],
        date_order: str,
        agency_id: str | None,
        created_by: str,
    ) -> None:
        counts = dict.fromkeys(("total", "processed", "created", "matched", "review", "rejected", "next_chunk"), 0)
        await self._connection.execute(
            sa.insert(_imports).values(
                import_id=import_id,
                service_id=order.service_id,
                is_check=order.check,
                is_full_roll=order.full_roll,
                leavers_limit=order.leavers_limit,
                headings=list(headings),
                date_order=date_order,
                agency_id=agency_id,
                created_by=created_by,
                created_at=self._clock(),
                state="receiving",
                **counts,
            )
        )

    async def add_chunk(self, import_id: str, number: int, rows: bytes) -> None:
        await self._connection.execute(sa.insert(_chunks).values(import_id=import_id, number=number, rows=rows))

    async def queue(self, import_id: str, total: int) -> None:
        await self._connection.execute(
            sa.update(_imports).where(_imports.c.import_id == import_id).values(state="queued", total=total)
        )

    async def discard(self, import_id: str) -> None:
        await self._connection.execute(sa.delete(_chunks).where(_chunks.c.import_id == import_id))
        await self._connection.execute(sa.delete(_imports).where(_imports.c.import_id == import_id))

    async def abandoned(self, before: datetime) -> list[str]:
        found = await self._connection.execute(
            sa.select(_imports.c.import_id).where(_imports.c.state == "receiving", _imports.c.created_at < before)
        )
        return list(found.scalars())

    async def get(self, import_id: str) -> Import | None:
        found = await self._select(
            sa.select(_imports).where(_imports.c.import_id == import_id, _imports.c.state != "receiving")
        )
        return found[0] if found else None

    async def open(self) -> list[Import]:
        oldest = sa.select(sa.func.min(_imports.c.import_id)).where(_UNFINISHED).group_by(_imports.c.service_id)
        return await self._select(
            sa.select(_imports).where(_imports.c.import_id.in_(oldest)).order_by(_imports.c.import_id)
        )

    async def take(self, import_id: str) -> Import | None:
        found = await self._select(
            sa.select(_imports).where(_imports.c.import_id == import_id, _UNFINISHED).with_for_update(skip_locked=True)
        )
        return found[0] if found else None

    async def _select(self, query: sa.Select[tuple[object, ...]]) -> list[Import]:
        return [
            Import(
                import_id=row.import_id,
                service_id=row.service_id,
                agency_id=row.agency_id,
                created_by=row.created_by,
                state=row.state,
                total=row.total,
                processed=row.processed,
                created=row.created,
                matched=row.matched,
                review=row.review,
                rejected=row.rejected,
                next_chunk=row.next_chunk,
                last_event_id=row.last_event_id,
                check=row.is_check,
                headings=tuple(row.headings),
                date_order=row.date_order,
                full_roll=row.is_full_roll,
                leavers_limit=row.leavers_limit,
                leavers=row.leavers,
                left=row.left_count,
                leavers_held=row.leavers_held,
            )
            for row in await self._connection.execute(query)
        ]

    async def chunks(self, import_id: str, first: int, most: int) -> list[bytes]:
        found = await self._connection.execute(
            sa.select(_chunks.c.rows)
            .where(_chunks.c.import_id == import_id, _chunks.c.number.between(first, first + most - 1))
            .order_by(_chunks.c.number)
        )
        return list(found.scalars())

    async def progress(
        self,
        import_id: str,
        results: Sequence[ImportResult],
        refused: Sequence[BadRow],
        last_event_id: str | None,
        chunks: int,
    ) -> None:
        rows = [
            {
                "import_id": import_id,
                "row_no": result.row,
                "local_id": result.local_id,
                "outcome": result.outcome,
                "child_id": result.child_id,
                "review_id": result.review_id,
                "score": result.score,
            }
            for result in results
        ]
        await insert_rows(self._connection, _results, rows)
        faults = [
            {"import_id": import_id, "row_no": bad.row, "field": field, "reason": reason}
            for bad in refused
            for field, reason in bad.faults
        ]
        await insert_rows(self._connection, _rejections, faults)
        sent = [
            # Bytes that were no text are kept escaped: PostgreSQL takes them in no other way.
            {"import_id": import_id, "row_no": bad.row, "cells": None if bad.values is None else list(bad.values)}
            for bad in refused
        ]
        await insert_rows(self._connection, _refused, sent)
        outcomes = [result.outcome for result in results]
        columns = _imports.c
        await self._connection.execute(
            sa.update(_imports)
            .where(columns.import_id == import_id)
            .values(
                state="running",
                processed=columns.processed + len(results) + len(refused),
                created=columns.created + outcomes.count("created"),
                matched=columns.matched + outcomes.count("matched"),
                review=columns.review + outcomes.count("review"),
                rejected=columns.rejected + len(refused),
                next_chunk=columns.next_chunk + chunks,
                last_event_id=sa.func.coalesce(last_event_id, columns.last_event_id),
            )
        )
        following = sa.select(columns.next_chunk).where(columns.import_id == import_id).scalar_subquery()
        await self._connection.execute(
            sa.delete(_chunks).where(_chunks.c.import_id == import_id, _chunks.c.number < following)
        )

    async def found_leavers(self, import_id: str, leavers: int, held: str | None) -> None:
        await self._connection.execute(
            sa.update(_imports).where(_imports.c.import_id == import_id).values(leavers=leavers, leavers_held=held)
        )

    async def left(self, import_id: str, count: int, last_event_id: str | None) -> None:
        await self._connection.execute(
            sa.update(_imports)
            .where(_imports.c.import_id == import_id)
            .values(
                left_count=_imports.c.left_count + count,
                last_event_id=sa.func.coalesce(last_event_id, _imports.c.last_event_id),
            )
        )

    async def separated(self, import_id: str, row: int, child_id: str) -> None:
        done = await self._connection.execute(
            sa.update(_results)
            .where(_results.c.import_id == import_id, _results.c.row_no == row, _results.c.outcome == "matched")
            .values(child_id=child_id, outcome="created", score=None)
        )
        if done.rowcount:
            await self._connection.execute(
                sa.update(_imports)
                .where(_imports.c.import_id == import_id)
                .values(matched=_imports.c.matched - 1, created=_imports.c.created + 1)
            )

    async def finish(self, import_id: str, state: str) -> None:
        await self._connection.execute(sa.delete(_chunks).where(_chunks.c.import_id == import_id))
        await self._connection.execute(
            sa.update(_imports).where(_imports.c.import_id == import_id).values(state=state, finished_at=self._clock())
        )

    async def rejections(self, import_id: str, limit: int, after: tuple[int, str]) -> list[ImportRejection]:
        found = await self._connection.execute(
            sa.select(_rejections)
            .where(
                _rejections.c.import_id == import_id,
                sa.tuple_(_rejections.c.row_no, _rejections.c.field) > sa.tuple_(*map(sa.literal, after)),
            )
            .order_by(_rejections.c.row_no, _rejections.c.field)
            .limit(limit)
        )
        return [ImportRejection(row.row_no, row.field, row.reason) for row in found]

    async def refused(self, import_id: str) -> AsyncIterator[BadRow]:
        last = 0
        while True:
            sent = (
                await self._connection.execute(
                    sa.select(_refused.c.row_no, _refused.c.cells)
                    .where(_refused.c.import_id == import_id, _refused.c.row_no > last)
                    .order_by(_refused.c.row_no)
                    .limit(_PAGE)
                )
            ).all()
            if not sent:
                return
            first, last = sent[0].row_no, sent[-1].row_no
            faults: dict[int, list[tuple[str, str]]] = defaultdict(list)
            found = await self._connection.execute(
                sa.select(_rejections)
                .where(_rejections.c.import_id == import_id, _rejections.c.row_no.between(first, last))
                .order_by(_rejections.c.row_no, _rejections.c.field)
            )
            for row in found:
                faults[row.row_no].append((row.field, row.reason))
            for row in sent:
                yield BadRow(row.row_no, tuple(faults[row.row_no]), None if row.cells is None else tuple(row.cells))

    async def results(self, import_id: str) -> AsyncIterator[ImportResult]:
        last = 0
        while True:
            found = await self._connection.execute(
                sa.select(_results)
                .where(_results.c.import_id == import_id, _results.c.row_no > last)
                .order_by(_results.c.row_no)
                .limit(_PAGE)
            )
            rows = found.all()
            for row in rows:
                yield ImportResult(row.row_no, row.local_id, row.outcome, row.child_id, row.review_id, row.score)
            if len(rows) < _PAGE:
                return
            last = rows[-1].row_no
