"""Who is not on a full roll any more."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from child_index.adapters import tables
from child_index.adapters.sql import among
from child_index.application.import_ports import Import
from child_index.application.leaver_ports import Leaver

_child, _episodes, _results = tables.children, tables.episodes, tables.import_results
_reviews = tables.match_reviews


def _root(child: Any) -> sa.ColumnElement[int]:
    return sa.func.coalesce(child.c.root_no, child.c.child_no)


class SqlLeavers:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def counts(self, job: Import, also: Collection[str]) -> tuple[int, int]:
        leaving = sa.case((self._is_not_on(job, also), 1))
        found = await self._connection.execute(
            sa.select(sa.func.count(), sa.func.count(leaving)).join_from(_episodes, _child).where(self._enrolled(job))
        )
        enrolled, left = found.one()
        return enrolled, left

    async def some(self, job: Import, also: Collection[str], limit: int) -> Sequence[Leaver]:
        found = await self._connection.execute(
            sa.select(_episodes.c.episode_id, _child.c.child_id)
            .join_from(_episodes, _child)
            .where(self._enrolled(job), self._is_not_on(job, also))
            .order_by(_episodes.c.episode_id)
            .limit(limit)
        )
        return [Leaver(row.episode_id, row.child_id) for row in found]

    async def end(self, episode_ids: Collection[str], ended_on: date, reason: str) -> frozenset[str]:
        done = await self._connection.execute(
            sa.update(_episodes)
            .where(among(self._connection, _episodes.c.episode_id, episode_ids), _episodes.c.ended_on.is_(None))
            .values(ended_on=ended_on, end_reason=reason)
            .returning(_episodes.c.episode_id)
        )
        return frozenset(done.scalars())

    def _enrolled(self, job: Import) -> sa.ColumnElement[bool]:
        """Episodes that a list before this one began: ids are in the order of time."""
        return sa.and_(
            _episodes.c.service_id == job.service_id,
            _episodes.c.practitioner_id.is_(None),
            _episodes.c.ended_on.is_(None),
            _episodes.c.import_id < job.import_id,
        )

    def _is_not_on(self, job: Import, also: Collection[str]) -> sa.ColumnElement[bool]:
        """Not the child of a row, nor one whom a row under review may be, nor among `also`."""
        row, asked = _child.alias("row"), _child.alias("asked")
        named, other = (
            _child.alias("named"),
            sa.select(_results).where(_results.c.import_id == job.import_id).subquery(),
        )
        on_it = sa.union_all(
            sa.select(_root(row)).join_from(other, row, row.c.child_id == other.c.child_id),
            sa.select(_root(asked))
            .join_from(other, _reviews, _reviews.c.review_id == other.c.review_id)
            .join(asked, asked.c.child_no == _reviews.c.candidate_no),
            sa.select(_root(named)).where(among(self._connection, named.c.child_id, also)),
        )
        return _root(_child).not_in(on_it)
