"""Whom blocks name."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.bulk import insert_new, put
from child_index.adapters import tables
from child_index.application.block_ports import Barred

_blocks = tables.blocks


class SqlBlocks:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def placed(
        self, block_id: str, child_id: str, viewer_key: str, valid_until: datetime | None, *, closes: bool, veils: bool
    ) -> None:
        row = {
            "block_id": block_id,
            "child_id": child_id,
            "viewer_key": viewer_key,
            "closes": closes,
            "veils": veils,
            "valid_until": valid_until,
            "lifted": False,
        }
        await insert_new(self._connection, _blocks, [row])

    async def lifted(self, block_id: str, child_id: str) -> None:
        row = {"block_id": block_id, "child_id": child_id, "closes": False, "veils": False, "lifted": True}
        await put(self._connection, _blocks, [row])

    async def naming(self, viewer_keys: Collection[str], now: datetime) -> Barred:
        wanted = sa.select(_blocks.c.child_id, _blocks.c.closes, _blocks.c.veils).where(
            _blocks.c.viewer_key.in_(sorted(viewer_keys)),
            ~_blocks.c.lifted,
            sa.or_(_blocks.c.valid_until.is_(None), _blocks.c.valid_until > now),
        )
        found = (await self._connection.execute(wanted)).all()
        return Barred(
            frozenset(row.child_id for row in found if row.closes),
            frozenset(row.child_id for row in found if row.veils),
        )

    async def any(self) -> bool:
        wanted = sa.select(_blocks.c.block_id).where(~_blocks.c.lifted).limit(1)
        return (await self._connection.execute(wanted)).first() is not None
