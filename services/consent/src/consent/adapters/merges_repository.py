"""Which records were merged, and which answer as one."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from consent.adapters.tables import merged_records, merges
from consent.domain.records import Merge

_LOCK = 0x6D657267  # "merg"
_CHUNK = 500


class MergesRepository:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def hold(self, *, to_change: bool = False) -> None:
        """SQLite's writer is alone anyway. On PostgreSQL a change of the sets waits for those who rely on them as they
        are, and they for it; before any row is locked, so that nobody waits in a circle."""
        if self._connection.dialect.name == "postgresql":
            lock = sa.func.pg_advisory_xact_lock if to_change else sa.func.pg_advisory_xact_lock_shared
            await self._connection.execute(sa.select(lock(_LOCK)))

    async def get(self, merge_id: str) -> dict[str, Any] | None:
        query = sa.select(merges).where(merges.c.merge_id == merge_id)
        row = (await self._connection.execute(query)).mappings().one_or_none()
        return None if row is None else dict(row)

    async def add(self, merge: Mapping[str, Any]) -> None:
        await self._connection.execute(sa.insert(merges).values(dict(merge)))

    async def end(self, merge_id: str, at: datetime) -> None:
        await self._connection.execute(sa.update(merges).where(merges.c.merge_id == merge_id).values(undone_at=at))

    async def around(self, records: Collection[str], *, ever: bool = False) -> tuple[set[str], list[Merge]]:
        """The records that merges in force connect with these, and those merges; with `ever`, by undone ones too."""
        found, reached, border = dict[str, Merge](), set(records), set(records)
        while border:
            asked, border = sorted(border)[:_CHUNK], set(sorted(border)[_CHUNK:])
            query = sa.select(merges).where(sa.or_(merges.c.from_id.in_(asked), merges.c.into_id.in_(asked)))
            if not ever:
                query = query.where(merges.c.undone_at.is_(None))
            for row in await self._connection.execute(query):
                found[row.merge_id] = Merge(row.from_id, row.into_id, row.merged_at, row.taken_at)
                border |= {row.from_id, row.into_id} - reached
                reached |= border
        return reached, list(found.values())

    async def set_of(self, record_id: str) -> list[str]:
        """The records that answer as one with this, which is the first."""
        mine = sa.select(merged_records.c.root_id).where(merged_records.c.record_id == record_id).scalar_subquery()
        query = sa.select(merged_records.c.record_id).where(merged_records.c.root_id == mine)
        others = (await self._connection.execute(query.order_by(merged_records.c.record_id))).scalars()
        return list(dict.fromkeys([record_id, *others]))

    async def root_of(self, record_id: str) -> str:
        query = sa.select(merged_records.c.root_id).where(merged_records.c.record_id == record_id)
        found: str | None = (await self._connection.execute(query)).scalar_one_or_none()
        return found or record_id

    async def arrange(self, records: Sequence[str], sets: Mapping[str, Collection[str]]) -> None:
        """From now on these records answer in these sets, by the root of each; those in none, each by itself."""
        await self._connection.execute(sa.delete(merged_records).where(merged_records.c.record_id.in_(records)))
        rows = [{"record_id": record, "root_id": root} for root, members in sets.items() for record in members]
        if rows:
            await self._connection.execute(sa.insert(merged_records), rows)
