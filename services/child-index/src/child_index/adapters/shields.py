"""Which records have a shield."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.bulk import insert_new, put
from child_index.adapters import tables
from child_index.adapters.sql import among

_shields = tables.shields


class SqlShields:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def placed(self, shield_id: str, child_id: str) -> None:
        await insert_new(self._connection, _shields, [{"shield_id": shield_id, "child_id": child_id, "lifted": False}])

    async def lifted(self, shield_id: str, child_id: str) -> None:
        await put(self._connection, _shields, [{"shield_id": shield_id, "child_id": child_id, "lifted": True}])

    async def any(self) -> bool:
        return (
            await self._connection.execute(sa.select(_shields.c.child_id).where(~_shields.c.lifted).limit(1))
        ).first() is not None

    async def among(self, child_ids: Collection[str]) -> frozenset[str]:
        which = among(self._connection, _shields.c.child_id, child_ids)
        found = await self._connection.execute(sa.select(_shields.c.child_id).where(which, ~_shields.c.lifted))
        return frozenset(found.scalars())
