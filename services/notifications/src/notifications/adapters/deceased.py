"""Children who have died, over SQLAlchemy Core, the same on SQLite and PostgreSQL."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from notifications.adapters.tables import deceased_children

_child_id = deceased_children.c.child_id


class SqlDeceased:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def put(self, child_id: str, *, deceased: bool) -> None:
        known = await self.any_of([child_id])
        if deceased and not known:
            await self._connection.execute(sa.insert(deceased_children).values(child_id=child_id))
        elif known and not deceased:
            await self._connection.execute(sa.delete(deceased_children).where(_child_id == child_id))

    async def any_of(self, records: Collection[str]) -> bool:
        found = await self._connection.execute(sa.select(_child_id).where(_child_id.in_(records)).limit(1))
        return found.one_or_none() is not None
