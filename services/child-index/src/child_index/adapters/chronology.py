"""The index's part of a chronology over SQLAlchemy Core, the same on SQLite and PostgreSQL."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.chronology import Asked, Place, cut
from chassis.chronology_sql import Source, page_of, values_for
from child_index.adapters import tables
from contracts.vocabulary import ChronologyKind

_episodes, _leads, _services = tables.episodes, tables.lead_professionals, tables.services
_e, _l = _episodes.c, _leads.c
_WITH_SERVICES = _episodes.outerjoin(_services, _services.c.service_id == _e.service_id)
# As `is_sensitive` has it: a service that was marked after the episode began hides it all the same.
_OPEN_TO_ALL = sa.and_(sa.not_(_e.sensitive), sa.not_(sa.func.coalesce(_services.c.sensitive, sa.false())))


@lru_cache(maxsize=256)
def _statement(
    kinds: frozenset[ChronologyKind], records: int, *, sensitive: bool
) -> tuple[list[Source], sa.CompoundSelect[Any] | None]:
    """Built once: to build one anew, and to find its compiled form by all that is in it, takes longer than it runs."""
    where = () if sensitive else (_OPEN_TO_ALL,)
    sources = [
        Source(ChronologyKind.EPISODE_STARTED, _WITH_SERVICES, _e.child_no, _e.started_on, _e.episode_id, where),
        Source(ChronologyKind.EPISODE_ENDED, _WITH_SERVICES, _e.child_no, _e.ended_on, _e.episode_id, where),
        Source(ChronologyKind.LEAD_ASSIGNED, _leads, _l.child_no, _l.assigned_at, _l.lead_id),
    ]
    wanted = [source for source in sources if source.kind in kinds]
    return wanted, page_of(wanted, records, {}) if wanted else None


class SqlChronology:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def page(self, numbers: Sequence[int], asked: Asked, *, sensitive: bool) -> list[Place]:
        sources, statement = _statement(asked.kinds, len(numbers), sensitive=sensitive)
        if statement is None:
            return []
        rows = await self._connection.execute(statement, values_for(sources, numbers, asked))
        return cut([_place(row) for row in rows], asked.limit)


def _place(row: sa.Row[Any]) -> Place:
    kind = ChronologyKind(row.kind)
    return Place(row.day, kind, None, row.key) if row.moment is None else Place.at(row.moment, kind, row.key)
