"""The children that share the most keys with each of many records, in one statement."""

import json
from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.bulk import is_sqlite, unnested
from child_index.adapters import tables
from child_index.domain.nearness import ENOUGH, FEW, MOST, SHARE

_keys = tables.blocking_keys
_COLUMNS = ("place", "h", "votes")


async def near(connection: AsyncConnection, sought: Sequence[Mapping[int, int]]) -> list[tuple[int, int, int]]:
    """(place in `sought`, number of a record, votes), as `domain.nearness` would choose them.

    `sought`: for each record the keys that it has, and their votes.
    """
    asked = [(place, key, votes) for place, keys in enumerate(sought) for key, votes in keys.items()]
    if not asked:
        return []
    if is_sqlite(connection):
        listed = sa.func.json_each(json.dumps(asked)).table_valued("value")
        parts = [sa.func.json_extract(listed.c.value, f"$[{at}]").label(name) for at, name in enumerate(_COLUMNS)]
        told = sa.select(*parts).subquery()
    else:
        kinds = (sa.Integer(), sa.BigInteger(), sa.Integer())
        columns = zip(kinds, zip(*asked, strict=True), strict=True)
        told = unnested(dict(zip(_COLUMNS, columns, strict=True)))
    shared = (
        sa.select(told.c.place, _keys.c.child_no, sa.func.sum(told.c.votes).label("votes"))
        .join_from(told, _keys, _keys.c.h == told.c.h)
        .group_by(told.c.place, _keys.c.child_no)
        .cte("shared")
    )
    most = sa.select(shared.c.place, sa.func.max(shared.c.votes).label("best")).group_by(shared.c.place).subquery()
    votes = shared.c.votes
    # Nearly all share one key and no more: they go before the rest is put in order, whose ranks are the same without.
    rank = sa.func.row_number().over(partition_by=shared.c.place, order_by=(votes.desc(), shared.c.child_no))
    ranked = (
        sa.select(*shared.c, rank.label("rank"))
        .join_from(shared, most, most.c.place == shared.c.place)
        .where(sa.or_(votes >= ENOUGH, votes * SHARE >= most.c.best))
        .subquery()
    )
    chosen = sa.select(ranked.c.place, ranked.c.child_no, ranked.c.votes).where(
        ranked.c.rank <= MOST, sa.or_(ranked.c.votes >= ENOUGH, ranked.c.rank <= FEW)
    )
    return [(place, number, votes) for place, number, votes in await connection.execute(chosen)]
