"""The history of changes to records."""

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.bulk import insert_rows
from chassis.ids import Clock
from child_index.adapters import tables
from child_index.adapters.sql import among
from child_index.application.history_ports import Change, Origin
from child_index.domain.hidden_names import as_read
from child_index.domain.person import Name
from contracts.vocabulary import Category

_changes = tables.record_changes


class SqlHistory:
    def __init__(self, connection: AsyncConnection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    async def add(self, changes: Sequence[Change]) -> None:
        if changes:
            now = self._clock()
            rows = [
                {name: getattr(each, name) for name in _COLUMNS}
                | {"category": each.category.value, "origin": each.origin.value, "changed_at": now}
                for each in changes
            ]
            await insert_rows(self._connection, _changes, rows)

    async def of(
        self,
        numbers: Collection[int],
        categories: Collection[Category],
        related: Collection[str],
        limit: int,
        after: tuple[str, str] | None,
        *,
        hidden: bool,
    ) -> list[Change]:
        theirs = among(self._connection, _changes.c.child_no, numbers)
        shown = sa.and_(
            among(self._connection, _changes.c.category, [category.value for category in categories]),
            sa.or_(_changes.c.other_child_id.is_(None), among(self._connection, _changes.c.other_child_id, related)),
            sa.true() if hidden else ~_changes.c.hidden,
        )
        # Written on several records, it is one change: the first of them speaks for it.
        one = _changes.alias("one")
        first = (
            sa.select(sa.func.min(one.c.child_no))
            .where(
                one.c.change_id == _changes.c.change_id,
                one.c.field == _changes.c.field,
                among(self._connection, one.c.child_no, numbers),
            )
            .scalar_subquery()
        )
        query = (
            sa.select(_changes)
            .where(theirs, shown, _changes.c.child_no == first)
            .order_by(_changes.c.change_id.desc(), _changes.c.field)
            .limit(limit)
        )
        if after is not None:
            change_id, field = after
            query = query.where(
                sa.or_(
                    _changes.c.change_id < change_id,
                    sa.and_(_changes.c.change_id == change_id, _changes.c.field > field),
                )
            )
        rows = (await self._connection.execute(query)).all()
        partly = await self._shown_in_part({row.change_id for row in rows}, theirs, shown)
        return [_change(row, with_reason=row.change_id not in partly) for row in rows]

    async def _shown_in_part(
        self, change_ids: Collection[str], theirs: sa.ColumnElement[bool], shown: sa.ColumnElement[bool]
    ) -> set[str]:
        if not change_ids:
            return set()
        query = sa.select(_changes.c.change_id).where(
            theirs, among(self._connection, _changes.c.change_id, change_ids), ~shown
        )
        return set((await self._connection.execute(query)).scalars())

    async def corrections(self, numbers: Collection[int]) -> list[Change]:
        query = (
            sa.select(_changes)
            .where(among(self._connection, _changes.c.child_no, numbers), _changes.c.origin == Origin.CORRECTION.value)
            .order_by(_changes.c.change_id, _changes.c.field)
        )
        return [_change(row, with_reason=True) for row in await self._connection.execute(query)]

    async def hide(self, numbers: Collection[int], names: Collection[Name]) -> None:
        meant = {as_read(name) for name in names}
        found = await self._connection.execute(
            sa.select(_changes).where(
                among(self._connection, _changes.c.child_no, numbers),
                _changes.c.field.in_(("name", "other_names")),
                ~_changes.c.hidden,
            )
        )
        for row in found.all():
            spoken: list[Any] = [row.before, row.after]
            named = [each for told_of in spoken for each in (told_of if isinstance(told_of, list) else [told_of])]
            if any(as_read((each["given_name"], each["family_name"])) in meant for each in named):
                await self._connection.execute(
                    sa.update(_changes)
                    .where(
                        _changes.c.change_id == row.change_id,
                        _changes.c.child_no == row.child_no,
                        _changes.c.field == row.field,
                    )
                    .values(hidden=True)
                )


_COLUMNS = tuple(column.name for column in _changes.columns if column.name != "changed_at")


def _change(row: Any, *, with_reason: bool) -> Change:
    values = {name: getattr(row, name) for name in _COLUMNS}
    values |= {"category": Category(row.category), "origin": Origin(row.origin), "changed_at": row.changed_at}
    return Change(**{**values, "reason": row.reason if with_reason else None})
