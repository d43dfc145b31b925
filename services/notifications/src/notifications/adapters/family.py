"""Children of one family over SQLAlchemy Core, the same on SQLite and PostgreSQL."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from notifications.adapters.tables import family_links

_c = family_links.c


class SqlFamily:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def relate(self, relationship_id: str, child_id: str, other_child_id: str) -> bool:
        return await self._add(relationship_id, child_id, other_child_id, ended=False)

    async def part(self, relationship_id: str, child_id: str, other_child_id: str) -> None:
        if not await self._add(relationship_id, child_id, other_child_id, ended=True):
            ended = sa.update(family_links).where(_c.relationship_id == relationship_id).values(ended=True)
            await self._connection.execute(ended)

    async def of(self, records: Collection[str]) -> list[str]:
        others = [
            sa.select(theirs).where(own.in_(records), sa.not_(_c.ended))
            for own, theirs in ((_c.child_id, _c.other_child_id), (_c.other_child_id, _c.child_id))
        ]
        return sorted((await self._connection.execute(sa.union(*others))).scalars())

    async def _add(self, relationship_id: str, child_id: str, other_child_id: str, *, ended: bool) -> bool:
        known = await self._connection.execute(sa.select(_c.ended).where(_c.relationship_id == relationship_id))
        if known.one_or_none() is not None:
            return False
        row = {"relationship_id": relationship_id, "child_id": child_id, "other_child_id": other_child_id}
        await self._connection.execute(sa.insert(family_links).values(**row, ended=ended))
        return True
