"""Which records answer as one: merges, and the pairs that an officer parted."""

from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.bulk import insert_new
from chassis.errors import Conflict
from chassis.ids import Clock
from child_index.adapters import tables
from child_index.adapters.sql import among
from child_index.application.ports import Merge

_merges, _children, _partings = tables.merges, tables.children, tables.partings


class SqlMerges:
    def __init__(self, connection: AsyncConnection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    async def add(self, merge_id: str, from_no: int, into_no: int, by: str, note: str | None) -> None:
        try:
            await self._connection.execute(
                sa.insert(_merges).values(
                    merge_id=merge_id,
                    from_no=from_no,
                    into_no=into_no,
                    note=note,
                    merged_by=by,
                    merged_at=self._clock(),
                )
            )
        except IntegrityError as error:
            raise Conflict("The same record is just being merged; ask again") from error

    async def get(self, merge_id: str) -> Merge | None:
        found = await self._select(_merges.c.merge_id == merge_id, 1)
        return found[0] if found else None

    async def active(self, from_id: str, into_id: str) -> Merge | None:
        found = await self._select(
            sa.and_(
                _merges.c.from_no == _number_of(from_id),
                _merges.c.into_no == _number_of(into_id),
                _merges.c.undone_at.is_(None),
            ),
            1,
        )
        return found[0] if found else None

    async def listed(self, limit: int, after: str | None, *, child_id: str | None, undone: bool | None) -> list[Merge]:
        which: list[sa.ColumnElement[bool]] = []
        if after is not None:
            which.append(_merges.c.merge_id > after)
        if undone is not None:
            which.append(_merges.c.undone_at.is_not(None) if undone else _merges.c.undone_at.is_(None))
        if child_id is not None:
            named = _children.alias("named")
            members = (
                sa.select(_children.c.child_no)
                .select_from(
                    named.join(
                        _children,
                        sa.or_(_children.c.child_no == named.c.child_no, _children.c.root_no == named.c.root_no),
                    )
                )
                .where(named.c.child_id == child_id)
            )
            which.append(sa.or_(_merges.c.from_no.in_(members), _merges.c.into_no.in_(members)))
        return await self._select(sa.and_(sa.true(), *which), limit)

    async def _select(self, which: sa.ColumnElement[bool], limit: int) -> list[Merge]:
        source, target = _children.alias("source"), _children.alias("target")
        found = await self._connection.execute(
            sa.select(_merges, source.c.child_id.label("from_id"), target.c.child_id.label("into_id"))
            .select_from(
                _merges.join(source, source.c.child_no == _merges.c.from_no).join(
                    target, target.c.child_no == _merges.c.into_no
                )
            )
            .where(which)
            .order_by(_merges.c.merge_id)
            .limit(limit)
        )
        return [
            Merge(
                merge_id=row.merge_id,
                from_id=row.from_id,
                into_id=row.into_id,
                note=row.note,
                merged_by=row.merged_by,
                merged_at=row.merged_at,
                undone_by=row.undone_by,
                undone_at=row.undone_at,
            )
            for row in found
        ]

    async def edges(self, numbers: Collection[int]) -> dict[int, int]:
        found = await self._connection.execute(
            sa.select(_merges.c.from_no, _merges.c.into_no).where(
                among(self._connection, _merges.c.from_no, numbers), _merges.c.undone_at.is_(None)
            )
        )
        return {row.from_no: row.into_no for row in found}

    async def undo(self, merge_id: str, by: str) -> bool:
        done = await self._connection.execute(
            sa.update(_merges)
            .where(_merges.c.merge_id == merge_id, _merges.c.undone_at.is_(None))
            .values(undone_at=self._clock(), undone_by=by)
        )
        return done.rowcount == 1

    async def set_roots(self, roots: Mapping[int, int | None]) -> None:
        sets: dict[int | None, list[int]] = {}
        for number, root in roots.items():
            sets.setdefault(root, []).append(number)
        for root, numbers in sets.items():
            await self._connection.execute(
                sa.update(_children).where(among(self._connection, _children.c.child_no, numbers)).values(root_no=root)
            )

    async def part(self, child_no: int, other_child_no: int, review_id: str) -> None:
        low, high = sorted((child_no, other_child_no))
        row: dict[str, Any] = {"child_no": low, "other_child_no": high, "review_id": review_id}
        await insert_new(self._connection, _partings, [row])

    async def lift(self, review_id: str) -> None:
        await self._connection.execute(sa.delete(_partings).where(_partings.c.review_id == review_id))

    async def are_parted(self, numbers: Collection[int], others: Collection[int]) -> bool:
        low, high = _partings.c.child_no, _partings.c.other_child_no
        found = await self._connection.execute(
            sa.select(low)
            .where(
                sa.or_(
                    sa.and_(among(self._connection, low, numbers), among(self._connection, high, others)),
                    sa.and_(among(self._connection, low, others), among(self._connection, high, numbers)),
                )
            )
            .limit(1)
        )
        return found.first() is not None


def _number_of(child_id: str) -> sa.ScalarSelect[int]:
    return sa.select(_children.c.child_no).where(_children.c.child_id == child_id).scalar_subquery()
