"""The children that share the most keys with each of many records, in one statement."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.bulk import is_sqlite
from child_index.adapters import tables
from child_index.adapters.sql import among
from child_index.domain.nearness import nearest_holders

_keys = tables.blocking_keys


async def near(connection: AsyncConnection, sought: Sequence[Mapping[int, int]]) -> list[dict[int, int]]:
    """For each record sought, told by its keys and their votes, the numbers of those to weigh and the votes of each.

    The database tells who holds each key, as one text: counting who shares how many costs it several times more than
    reading them, since nearly all share but one.
    """
    keys = sorted(set().union(*sought))
    if not keys:
        return [{} for _ in sought]
    told = sa.func.group_concat if is_sqlite(connection) else sa.func.string_agg
    numbers = told(sa.cast(_keys.c.child_no, sa.Text()), sa.literal_column("','"), type_=sa.Text())
    found = await connection.execute(
        sa.select(_keys.c.h, numbers).where(among(connection, _keys.c.h, keys)).group_by(_keys.c.h)
    )
    return await asyncio.to_thread(_counted, sought, found.all())


def _counted(sought: Sequence[Mapping[int, int]], rows: Iterable[sa.Row[int, str]]) -> list[dict[int, int]]:
    holders = {key: numbers.split(",") for key, numbers in rows}
    return [nearest_holders(keys, holders) for keys in sought]
