"""All that a database holds, kept and put back: so a running service is given to one test after another."""

from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

Rows = dict[sa.Table, list[dict[str, Any]]]


async def all_rows(connection: AsyncConnection, metadata: sa.MetaData) -> Rows:
    found = {table: await connection.execute(sa.select(table)) for table in metadata.sorted_tables}
    return {table: [dict(row) for row in result.mappings()] for table, result in found.items()}


async def put_back(connection: AsyncConnection, rows: Rows) -> None:
    """Deletes what there is and writes the rows instead; in the caller's transaction."""
    filled = set((await connection.execute(_held(tuple(rows)))).scalars())
    for table in reversed(rows):
        if table.name in filled:
            await connection.execute(sa.delete(table))
    for table, kept in rows.items():
        if kept:
            await connection.execute(sa.insert(table), kept)


@cache
def _held(tables: tuple[sa.Table, ...]) -> sa.CompoundSelect[str]:
    """The names of the tables that hold anything; made once, since it is long."""
    return sa.union_all(*(sa.select(sa.literal(table.name)).where(sa.exists(sa.select(table))) for table in tables))
