"""Which months of the access log to look in (PostgreSQL has a partition for each; SQLite has one table).

A search that says from when to when is kept to these months by PostgreSQL itself. A look-up by id says no time, but the
id does (UUIDv7, RFC 9562): the month it was made in is looked at first, and all only where the entry is not there, as
when the clock that stamped the entry and the one that made its id differed.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.ids import time_of
from consent.adapters.tables import access_log, log_leaves

_APART = timedelta(hours=1)
"""By how much, at the most, an entry's time and its id's differ as a rule."""


def places(connection: AsyncConnection, first_id: str, last_id: str) -> Iterator[sa.ColumnElement[bool]]:
    """Conditions to look up entries with ids from the first to the last by, to be tried until all are found."""
    begin, end = time_of(first_id), time_of(last_id)
    if connection.dialect.name == "postgresql" and begin is not None and end is not None:
        yield access_log.c.at.between(begin - _APART, end + _APART)
    yield sa.true()


async def rows_of_leaves(
    connection: AsyncConnection, columns: Sequence[Any], first: int, last: int
) -> list[dict[str, Any]]:
    """These columns of the entries with `first <= leaf_index < last`, in leaf order."""
    index, entry_id = log_leaves.c.leaf_index, log_leaves.c.entry_id
    within = (index >= first, index < last)
    if connection.dialect.name == "postgresql":
        span = sa.select(sa.func.count(), sa.func.min(entry_id), sa.func.max(entry_id)).where(*within)
        count, first_id, last_id = (await connection.execute(span)).one()
    else:
        count, first_id, last_id = 0, "", ""
    query = sa.select(*columns).join(log_leaves, entry_id == access_log.c.entry_id).where(*within).order_by(index)
    found: list[dict[str, Any]] = []
    for place in places(connection, first_id or "", last_id or ""):
        found = [dict(row) for row in (await connection.execute(query.where(place))).mappings()]
        if len(found) == count:
            break
    return found


async def make_months(connection: AsyncConnection, ahead: int) -> int:
    """Makes the partitions of this month and of so many more that there are not yet; returns how many it made. A
    function of the tables' owner does it (migration 0016), since the role that the service runs as makes no tables."""
    if connection.dialect.name != "postgresql":
        return 0
    return int((await connection.execute(sa.select(sa.func.make_log_months(ahead)))).scalar_one())
