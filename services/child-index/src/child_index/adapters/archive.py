"""Archived records, and what keeps records open."""

from collections import defaultdict
from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.bulk import insert_new, put
from chassis.idempotency import forget_answers
from child_index.adapters import tables
from child_index.adapters.sql import among
from child_index.application.archive_ports import Aged, Expiring
from child_index.domain.accuracy import latest

OF_A_CHILD: tuple[sa.Column[Any], ...] = (
    tables.record_changes.c.child_no,
    tables.record_changes.c.other_child_id,
    tables.hidden_keys.c.child_no,
    tables.hidden_names.c.child_no,
    tables.blocking_keys.c.child_no,
    tables.other_names.c.child_no,
    tables.addresses.c.child_no,
    tables.source_records.c.child_no,
    tables.statements.c.child_no,
    tables.partings.c.child_no,
    tables.partings.c.other_child_no,
    tables.match_reviews.c.candidate_no,
    tables.match_reviews.c.result_no,
    tables.import_results.c.child_id,
    tables.episodes.c.child_no,
    tables.lead_professionals.c.child_no,
    tables.relationships.c.child_no,
    tables.relationships.c.other_child_no,
    tables.merges.c.from_no,
    tables.merges.c.into_no,
    tables.keeping_consents.c.child_id,
    tables.shields.c.child_id,
    tables.blocks.c.child_id,
    tables.children.c.child_no,
)
"""Every column that names a child, in an order in which their rows can go. A test holds it against the tables."""
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
        roots, alone, last = await self._page(wanted, limit, after)
        return await self._sets(roots, alone, now), last

    async def _page(self, wanted: sa.ColumnElement[bool], limit: int, after: int) -> tuple[set[int], list[int], int]:
        """Of the wanted records behind a number: the roots of merged ones, those that stand alone, and the number of
        the last one; 0 when there are no more."""
        query = (
            sa.select(_child.c.child_no, _child.c.root_no)
            .where(wanted, _child.c.child_no > after)
            .order_by(_child.c.child_no)
            .limit(limit)
        )
        found = (await self._connection.execute(query)).all()
        roots = {row.root_no for row in found if row.root_no is not None}
        alone = [row.child_no for row in found if row.root_no is None]
        return roots, alone, found[-1].child_no if len(found) == limit else 0

    async def _members(
        self, roots: Collection[int], alone: Collection[int], *more: sa.ColumnElement[Any]
    ) -> dict[int, list[Any]]:
        """All records of these children, those of each together."""
        which = sa.or_(
            among(self._connection, _child.c.root_no, roots), among(self._connection, _child.c.child_no, alone)
        )
        sets: dict[int, list[Any]] = defaultdict(list)
        for row in await self._connection.execute(sa.select(_child, *more).where(which).order_by(_child.c.child_no)):
            sets[row.root_no or row.child_no].append(row)
        return sets

    async def _sets(self, roots: Collection[int], alone: Collection[int], now: datetime) -> list[Aged]:
        sets = await self._members(roots, alone, _child.c.child_id.in_(_in_force(now)).label("kept"))
        return [
            Aged(
                {row.child_id: latest(row.date_of_birth, row.born_accuracy) for row in rows},
                archived=all(row.archived_at is not None for row in rows),
                kept_open=any(row.kept for row in rows),
            )
            for rows in sets.values()
        ]

    async def set_archived(self, child_ids: Collection[str], at: datetime | None) -> None:
        which = among(self._connection, _child.c.child_id, child_ids)
        await self._connection.execute(sa.update(_child).where(which).values(archived_at=at))

    async def for_purge(self, archived_by: date, limit: int, after: int) -> tuple[list[Expiring], int]:
        # A day more than in Britain, whatever the season; the rule itself looks at the days.
        at = datetime.combine(archived_by + timedelta(days=2), time(), UTC)
        wanted = sa.or_(_child.c.archived_at < at, _child.c.purge_due_at.is_not(None))
        roots, alone, last = await self._page(wanted, limit, after)
        children = []
        for rows in (await self._members(roots, alone)).values():
            archived = [row.archived_at for row in rows]
            due = [row.purge_due_at for row in rows]
            children.append(
                Expiring(
                    {row.child_id: latest(row.date_of_birth, row.born_accuracy) for row in rows},
                    archived_at=None if None in archived else max(archived),
                    due_since=None if None in due else max(due),
                )
            )
        return children, last

    async def set_due(self, child_ids: Collection[str], at: datetime | None) -> None:
        if child_ids:
            which = among(self._connection, _child.c.child_id, child_ids)
            await self._connection.execute(sa.update(_child).where(which).values(purge_due_at=at))

    async def remove(self, child_ids: Collection[str], at: datetime) -> None:
        if not child_ids:
            return
        await forget_answers(self._connection, tables.messaging, at)
        query = sa.select(_child.c.child_no).where(among(self._connection, _child.c.child_id, child_ids))
        numbers = list((await self._connection.execute(query)).scalars())
        # What another sender said of somebody who is like the child waits for no human any more: sent again, it is new.
        reviews, sources = tables.match_reviews.c, tables.source_records
        waiting = sa.select(reviews.review_id).where(among(self._connection, reviews.candidate_no, numbers))
        await self._connection.execute(sa.delete(sources).where(sources.c.pending, sources.c.review_id.in_(waiting)))
        for column in OF_A_CHILD:
            theirs = numbers if column.type.python_type is int else child_ids
            await self._connection.execute(sa.delete(column.table).where(among(self._connection, column, theirs)))

    async def keep_open(self, consent_id: str, child_id: str, valid_until: datetime | None) -> None:
        row = {"consent_id": consent_id, "child_id": child_id, "valid_until": valid_until, "withdrawn": False}
        await insert_new(self._connection, _keeping, [row])

    async def end_keeping(self, consent_id: str, child_id: str) -> None:
        row = {"consent_id": consent_id, "child_id": child_id, "valid_until": None, "withdrawn": True}
        await put(self._connection, _keeping, [row])


def _in_force(now: datetime) -> sa.Select[Any]:
    in_time = sa.or_(_keeping.c.valid_until.is_(None), _keeping.c.valid_until > now)
    return sa.select(_keeping.c.child_id).where(~_keeping.c.withdrawn, in_time)
