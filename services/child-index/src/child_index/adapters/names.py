"""The names that children had before, shown ones and hidden ones."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.bulk import insert_new
from child_index.adapters import tables
from child_index.adapters.sql import Listed, Statement, insert_pairs
from child_index.domain.matching import blocking_keys, prepare
from child_index.domain.person import ChildRecord

_names, _hidden, _keys = tables.other_names, tables.hidden_names, tables.hidden_keys


def _names_of(listed: Listed) -> sa.CompoundSelect[Any]:
    parts = [
        sa.select(
            table.c.child_no,
            table.c.given_name,
            table.c.family_name,
            at.label("at"),
            sa.literal(mark, sa.Integer).label("hidden"),
        ).where(listed(table.c.child_no, "numbers"))
        for mark, (table, at) in enumerate(((_names, _names.c.recorded_at), (_hidden, _hidden.c.hidden_at)))
    ]
    return sa.union_all(*parts).order_by("at", "given_name", "family_name")


NAMES = Statement(_names_of)
"""Both kinds, in the order in which they were written down: one trip for both, since most children have neither."""


async def hide(
    connection: AsyncConnection, amended: Collection[tuple[ChildRecord, ChildRecord]], now: datetime
) -> None:
    """Writes the hidden names of amended records, and the keys that only they give into a table of their own."""
    for before, after in amended:
        if not before.hidden_names and not after.hidden_names:
            continue
        number = before.child_no
        assert number is not None
        for table in (_hidden, _keys):
            await connection.execute(sa.delete(table).where(table.c.child_no == number))
        rows = [
            {"child_no": number, "given_name": given, "family_name": family, "hidden_at": now}
            for given, family in after.hidden_names
        ]
        await insert_new(connection, _hidden, rows)
        if rows:
            shown = blocking_keys(prepare(after.details()))
            keys = set(blocking_keys(prepare(after.details(hidden=True)))).difference(shown)
            await insert_pairs(connection, _keys, ("h", "child_no"), sorted((key, number) for key in keys))
