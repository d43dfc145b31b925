"""Which records have a shield."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.bulk import put
from child_index.adapters import tables
from child_index.adapters.sql import among

_shields = tables.shields


class SqlShields:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def placed(self, shield_id: str, child_id: str) -> None:
        await self._say(shield_id, child_id, lifted=False)

    async def lifted(self, shield_id: str, child_id: str) -> None:
        await self._say(shield_id, child_id, lifted=True)

    async def _say(self, shield_id: str, child_id: str, *, lifted: bool) -> None:
        """What comes late, or again, leaves the shield that was placed after it, or its own end, alone."""
        query = sa.select(_shields).where(_shields.c.child_id == child_id)
        known = (await self._connection.execute(query)).one_or_none()
        if known is None or (known.shield_id, known.lifted) < (shield_id, lifted):
            row = {"child_id": child_id, "shield_id": shield_id, "lifted": lifted}
            await put(self._connection, _shields, [row])

    async def among(self, child_ids: Collection[str]) -> frozenset[str]:
        which = among(self._connection, _shields.c.child_id, child_ids)
        found = await self._connection.execute(sa.select(_shields.c.child_id).where(which, ~_shields.c.lifted))
        return frozenset(found.scalars())
