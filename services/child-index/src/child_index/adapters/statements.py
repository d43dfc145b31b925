"""What each sender said of each child."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.bulk import insert_rows
from chassis.ids import Clock
from child_index.adapters import tables
from child_index.adapters.sql import among
from child_index.domain.person import Person
from child_index.domain.placement import Said
from child_index.domain.statements import Kind, Statement

_statements = tables.statements


class SqlStatements:
    def __init__(self, connection: AsyncConnection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    async def add(self, said: Sequence[Said], numbers: Mapping[str, int], import_id: str | None) -> None:
        rows = [
            {
                "child_no": numbers[each.record_id],
                "kind": each.kind.value,
                "source": each.submission.source,
                "source_key": each.submission.source_key,
                "person": each.submission.person.to_json(),
                "said_on": each.said_on,
                "import_id": import_id,
                "row_no": each.submission.row,
                "review_id": each.review_id,
                "score": each.score,
                "weights_version": each.weights_version,
            }
            for each in said
        ]
        await insert_rows(self._connection, _statements, rows)

    async def of(self, numbers: Collection[int]) -> list[Statement]:
        return await self._select(
            sa.and_(among(self._connection, _statements.c.child_no, numbers), _statements.c.undone_at.is_(None)),
            _statements.c.statement_no,
        )

    async def links(
        self, import_id: str, limit: int, after: int, undone: bool | None, rows: Collection[int] | None
    ) -> list[Statement]:
        which = [
            _statements.c.import_id == import_id,
            _statements.c.kind == Kind.LINKED.value,
            _statements.c.review_id.is_(None),
            _statements.c.row_no > after,
        ]
        if undone is not None:
            which.append(_statements.c.undone_at.is_not(None) if undone else _statements.c.undone_at.is_(None))
        if rows is not None:
            which.append(among(self._connection, _statements.c.row_no, rows))
        return await self._select(sa.and_(*which), _statements.c.row_no, limit)

    async def by_review(self, review_id: str) -> Statement | None:
        found = await self._select(
            sa.and_(
                _statements.c.review_id == review_id,
                _statements.c.kind == Kind.LINKED.value,
                _statements.c.undone_at.is_(None),
                # By way of the record, which has an index: a review tells which record it ended at.
                _statements.c.child_no
                == sa.select(tables.match_reviews.c.result_no)
                .where(tables.match_reviews.c.review_id == review_id)
                .scalar_subquery(),
            ),
            _statements.c.statement_no,
        )
        return found[-1] if found else None

    async def _select(
        self, which: sa.ColumnElement[bool], order: sa.Column[Any], limit: int | None = None
    ) -> list[Statement]:
        found = await self._connection.execute(sa.select(_statements).where(which).order_by(order).limit(limit))
        return [
            Statement(
                statement_no=row.statement_no,
                child_no=row.child_no,
                kind=Kind(row.kind),
                source=row.source,
                source_key=row.source_key,
                person=Person.from_json(row.person),
                said_on=row.said_on,
                import_id=row.import_id,
                row=row.row_no,
                review_id=row.review_id,
                score=row.score,
                weights_version=row.weights_version,
                undone_at=row.undone_at,
                undone_by=row.undone_by,
            )
            for row in found
        ]

    async def undo(self, numbers: Collection[int], by: str) -> None:
        await self._connection.execute(
            sa.update(_statements)
            .where(among(self._connection, _statements.c.statement_no, numbers))
            .values(undone_at=self._clock(), undone_by=by)
        )
