"""Archived records, and what keeps records open."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.bulk import insert_new, put
from child_index.adapters import tables
from child_index.adapters.sql import among
from child_index.application.archive_ports import Aged

_child, _keeping = tables.children, tables.keeping_consents


class SqlArchive:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def near(self, born_by: date, kept_by: date, now: datetime, limit: int, after: int) -> tuple[list[Aged], int]:
        open_, kept = _child.c.archived_at.is_(None), _child.c.child_id.in_(_in_force(now))
        wanted = sa.or_(
            sa.and_(open_, _child.c.date_of_birth <= born_by),
            sa.and_(~open_, sa.or_(_child.c.date_of_birth > born_by, sa.and_(kept, _child.c.date_of_birth > kept_by))),
        )
        query = (
            sa.select(_child.c.child_no, _child.c.root_no)
            .where(wanted, _child.c.child_no > after)
            .order_by(_child.c.child_no)
            .limit(limit)
        )
        found = (await self._connection.execute(query)).all()
        roots = {row.root_no for row in found if row.root_no is not None}
        alone = [row.child_no for row in found if row.root_no is None]
        return await self._sets(roots, alone, now), found[-1].child_no if len(found) == limit else 0

    async def _sets(self, roots: Collection[int], alone: Collection[int], now: datetime) -> list[Aged]:
        which = sa.or_(
            among(self._connection, _child.c.root_no, roots), among(self._connection, _child.c.child_no, alone)
        )
        kept = _child.c.child_id.in_(_in_force(now)).label("kept")
        columns = (_child.c.child_no, _child.c.child_id, _child.c.root_no, _child.c.date_of_birth, _child.c.archived_at)
        sets: dict[int, list[Any]] = defaultdict(list)
        for row in await self._connection.execute(sa.select(*columns, kept).where(which).order_by(_child.c.child_no)):
            sets[row.root_no or row.child_no].append(row)
        return [
            Aged(
                {row.child_id: row.date_of_birth for row in rows},
                archived=all(row.archived_at is not None for row in rows),
                kept_open=any(row.kept for row in rows),
            )
            for rows in sets.values()
        ]

    async def set_archived(self, child_ids: Collection[str], at: datetime | None) -> None:
        which = among(self._connection, _child.c.child_id, child_ids)
        await self._connection.execute(sa.update(_child).where(which).values(archived_at=at))

    async def keep_open(self, consent_id: str, child_id: str, valid_until: datetime | None) -> None:
        row = {"consent_id": consent_id, "child_id": child_id, "valid_until": valid_until, "withdrawn": False}
        await insert_new(self._connection, _keeping, [row])

    async def end_keeping(self, consent_id: str, child_id: str) -> None:
        row = {"consent_id": consent_id, "child_id": child_id, "valid_until": None, "withdrawn": True}
        await put(self._connection, _keeping, [row])


def _in_force(now: datetime) -> sa.Select[Any]:
    in_time = sa.or_(_keeping.c.valid_until.is_(None), _keeping.c.valid_until > now)
    return sa.select(_keeping.c.child_id).where(~_keeping.c.withdrawn, in_time)
