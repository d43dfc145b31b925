"""The access log: entries, their places in the Merkle tree, and the signed heads."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.bulk import insert_rows
from chassis.database import UtcDateTime
from chassis.ids import system_clock
from consent.adapters.log_months import make_months, places, rows_of_leaves
from consent.adapters.tables import (
    PURGED_COLUMNS,
    RARE_OUTCOME,
    access_log,
    log_keys,
    log_leaves,
    log_nodes,
    log_waiting,
    overrides,
    tree_heads,
)
from consent.domain.facts import HistoryDelay
from consent.domain.log_heads import TreeHead
from consent.domain.merkle import Node, NodeId
from contracts.vocabulary import Outcome

_LOCK = 0x6C6F67  # "log": one sequencer at a time
_CHUNK = 500
_RECENT = timedelta(days=31)
_HEAD = [tree_heads.c[name] for name in TreeHead.__slots__]


class LogRepository:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def append(self, rows: Sequence[dict[str, Any]]) -> None:
        await insert_rows(self._connection, access_log, rows)
        waiting = [{"entry_id": row["entry_id"], "leaf_hash": row["leaf_hash"]} for row in rows]
        await insert_rows(self._connection, log_waiting, waiting)

    async def get(self, entry_id: str) -> dict[str, Any] | None:
        query = sa.select(access_log, log_leaves.c.leaf_index).where(access_log.c.entry_id == entry_id)
        query = query.outerjoin_from(access_log, log_leaves, log_leaves.c.entry_id == access_log.c.entry_id)
        for place in places(self._connection, entry_id, entry_id):
            row = (await self._connection.execute(query.where(place))).mappings().one_or_none()
            if row is not None:
                return dict(row)
        return None

    async def search(
        self, filters: Mapping[str, Any], after: tuple[datetime, str] | None, limit: int
    ) -> list[dict[str, Any]]:
        """Newest first, by an index for each filter; `after` is the place of the last entry of the page before."""
        log = access_log.c
        newest_first = (log.at.desc(), log.entry_id.desc())
        query = sa.select(access_log).where(log.body.is_not(None)).order_by(*newest_first).limit(limit)
        for name in ("viewer_id", "outcome"):
            if filters.get(name) is not None:
                query = query.where(log[name] == filters[name])
        if filters.get("child_id") is not None:
            query = query.where(_about(filters.get("records") or [filters["child_id"]], filters.get("parted", ())))
        if filters.get("agency_id") is not None:
            # A child or a viewer has few entries, an agency many, and a viewer is mostly of one agency. PostgreSQL
            # takes the two for independent, and would read all the agency's or sort all the viewer's; of a CASE it
            # knows nothing.
            few = filters.get("child_id") is not None or filters.get("viewer_id") is not None
            same = log.agency_id == filters["agency_id"]
            query = query.where(sa.case((same, sa.true()), else_=sa.false()) if few else same)
        if filters.get("outcome") not in {None, Outcome.PERMITTED.value}:
            query = query.where(RARE_OUTCOME)
        if filters.get("actions") is not None:
            query = query.where(log.action.in_(filters["actions"]))
        if filters.get("disclosed"):
            known = sa.select(overrides.c.override_id).where(overrides.c.disclosed_at.is_not(None))
            query = query.where(sa.or_(log.override_id.is_(None), log.override_id.in_(known)))
        if filters.get("by_override") is False:
            query = query.where(log.override_id.is_(None))
        if filters.get("viewers") is not None:
            query = query.where(log.viewer_id.in_(filters["viewers"]))
        for delay in filters.get("kept_back", ()):
            query = query.where(sa.not_(_kept_back(delay)))
        if filters.get("from") is not None:
            query = query.where(log.at >= filters["from"])
        if filters.get("to") is not None:
            query = query.where(log.at < filters["to"])
        if after is not None:
            # The time by itself keeps PostgreSQL out of later months; of the pair it sees no such thing.
            query = query.where(log.at <= after[0]).where(
                sa.tuple_(log.at, log.entry_id) < sa.tuple_(sa.literal(after[0], UtcDateTime), sa.literal(after[1]))
            )
        narrow = (filters.get(name) is not None for name in ("child_id", "viewer_id", "from"))
        if self._connection.dialect.name == "postgresql" and not any(narrow):
            # Among many, a page lies in the newest month or two: these first, and all months only where it does not.
            newest = system_clock() if after is None else after[0]
            found = await self._rows(query.where(log.at >= newest - _RECENT))
            if len(found) == limit:
                return found
        return await self._rows(query)

    async def purge(self, before: datetime, limit: int) -> int:
        log = access_log.c
        old = (
            sa.select(log.entry_id, log.at)
            .where(log.body.is_not(None), log.at < before, log.entry_id.not_in(sa.select(log_waiting.c.entry_id)))
            .order_by(log.at, log.entry_id)
            .limit(limit)
        )
        # From when to when is asked first, so that PostgreSQL looks for them in their own months alone.
        at = old.subquery().c.at
        first, last = (await self._connection.execute(sa.select(sa.func.min(at), sa.func.max(at)))).one()
        if first is None:
            return 0
        these = sa.update(access_log).where(sa.tuple_(log.entry_id, log.at).in_(old), log.at.between(first, last))
        return (await self._connection.execute(these.values(dict.fromkeys(PURGED_COLUMNS)))).rowcount

    async def make_months(self, ahead: int) -> int:
        return await make_months(self._connection, ahead)

    async def leaves(self, first: int, last: int) -> AsyncIterator[dict[str, Any]]:
        everything = (*access_log.c, log_leaves.c.leaf_index)
        while first < last:
            for row in await rows_of_leaves(self._connection, everything, first, min(first + _CHUNK, last)):
                yield row
            first += _CHUNK

    async def _rows(self, query: sa.Select[Any]) -> list[dict[str, Any]]:
        return [dict(row) for row in (await self._connection.execute(query)).mappings()]

    async def lock_sequence(self) -> None:
        """SQLite's writer is alone anyway; on PostgreSQL the sequencers of several replicas take turns."""
        if self._connection.dialect.name == "postgresql":
            await self._connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))

    async def waits(self) -> bool:
        return (await self._connection.execute(sa.select(log_waiting.c.entry_id).limit(1))).first() is not None

    async def waits_since(self) -> datetime | None:
        oldest = sa.select(log_waiting.c.entry_id).order_by(log_waiting.c.entry_id).limit(1).scalar_subquery()
        query = sa.select(access_log.c.at).where(access_log.c.entry_id == oldest)
        return (await self._connection.execute(query)).scalar_one_or_none()

    async def take_waiting(self, limit: int) -> list[tuple[str, str]]:
        waiting = log_waiting.c
        oldest = sa.select(waiting.entry_id).order_by(waiting.entry_id).limit(limit)
        taken = sa.delete(log_waiting).where(waiting.entry_id.in_(oldest)).returning(*waiting)
        return sorted((row.entry_id, row.leaf_hash) for row in await self._connection.execute(taken))

    async def sequence(self, entry_ids: Sequence[str], first_index: int, nodes: Sequence[Node]) -> None:
        leaves = [
            {"leaf_index": index, "entry_id": entry_id} for index, entry_id in enumerate(entry_ids, start=first_index)
        ]
        await insert_rows(self._connection, log_leaves, leaves)
        await insert_rows(self._connection, log_nodes, [node._asdict() for node in nodes])

    async def nodes(self, ids: Sequence[NodeId]) -> dict[NodeId, bytes]:
        if not ids:
            return {}
        pair = sa.tuple_(log_nodes.c.level, log_nodes.c.position)
        query = sa.select(log_nodes).where(pair.in_(list(ids)))
        return {(row.level, row.position): bytes(row.hash) for row in await self._connection.execute(query)}

    async def latest_head(self) -> TreeHead | None:
        query = sa.select(*_HEAD).order_by(tree_heads.c.tree_size.desc()).limit(1)
        row = (await self._connection.execute(query)).mappings().one_or_none()
        return None if row is None else TreeHead(**row)

    async def add_head(self, head: TreeHead) -> None:
        await self._connection.execute(sa.insert(tree_heads).values(head.as_dict()))

    async def last_publication(self) -> tuple[int, datetime] | None:
        published = tree_heads.c.published_at
        query = sa.select(tree_heads.c.tree_size, published).where(published.is_not(None))
        row = (await self._connection.execute(query.order_by(published.desc()).limit(1))).one_or_none()
        return None if row is None else (row.tree_size, row.published_at)

    async def mark_published(self, head: TreeHead, at: datetime) -> None:
        of_head = tree_heads.c.tree_size == head.tree_size
        await self._connection.execute(sa.update(tree_heads).where(of_head).values(published_at=at))

    async def keys(self) -> list[dict[str, str]]:
        query = sa.select(log_keys.c.public_key).order_by(log_keys.c.first_used_at, log_keys.c.key_id)
        return [dict(key) for key in (await self._connection.execute(query)).scalars()]

    async def keep_key(self, key_id: str, public_jwk: Mapping[str, str], at: datetime) -> None:
        known = await self._connection.execute(sa.select(log_keys.c.key_id).where(log_keys.c.key_id == key_id))
        if known.scalar_one_or_none() is None:
            row = {"key_id": key_id, "public_key": dict(public_jwk), "first_used_at": at}
            await self._connection.execute(sa.insert(log_keys).values(row))


def _about(records: Sequence[str], parted: Sequence[str]) -> sa.ColumnElement[bool]:
    """Whether an entry is of a look at a child with these records, or at what it was one with at the time: an entry
    has the id that the records answered as, and says of several which they were."""
    log = access_log.c
    if len(records) == 1 and not parted:
        return log.child_id == records[0]
    own = log.child_id.in_(records)
    if not parted:
        return own
    named = sa.or_(*(log.body.contains(f'"{record}"', autoescape=True) for record in records))
    return sa.or_(own, sa.and_(log.child_id.in_(parted), named))


def _kept_back(delay: HistoryDelay) -> sa.ColumnElement[bool]:
    """Whether a delay in force keeps an entry back. Never NULL, so that its negation loses no entry."""
    log = access_log.c
    if not delay.practitioners and not delay.agencies:
        return log.at >= delay.since
    by_them = sa.or_(
        sa.func.coalesce(log.viewer_id, "").in_(sorted(delay.practitioners)),
        sa.func.coalesce(log.agency_id, "").in_(sorted(delay.agencies)),
    )
    return sa.and_(log.at >= delay.since, by_them)
