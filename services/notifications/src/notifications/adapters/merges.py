"""Merged records over SQLAlchemy Core, the same on SQLite and PostgreSQL."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from notifications.adapters.tables import merges
from notifications.application.ports import Merge

_c = merges.c


class SqlMerges:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def known(self, merge_id: str) -> bool | None:
        found = await self._connection.execute(sa.select(_c.undone_at).where(_c.merge_id == merge_id))
        row = found.one_or_none()
        return None if row is None else row.undone_at is None

    async def add(self, merge_id: str, merge: Merge, *, undone_at: datetime | None) -> None:
        ids = {"merge_id": merge_id, "from_id": merge.record, "into_id": merge.into}
        await self._connection.execute(sa.insert(merges).values(**ids, merged_at=merge.merged_at, undone_at=undone_at))

    async def end(self, merge_id: str, undone_at: datetime) -> None:
        await self._connection.execute(sa.update(merges).where(_c.merge_id == merge_id).values(undone_at=undone_at))

    async def beside(self, records: Collection[str]) -> list[Merge]:
        of_them = sa.or_(_c.from_id.in_(records), _c.into_id.in_(records))
        found = await self._connection.execute(sa.select(merges).where(of_them, _c.undone_at.is_(None)))
        return [Merge(row.from_id, row.into_id, row.merged_at) for row in found]
