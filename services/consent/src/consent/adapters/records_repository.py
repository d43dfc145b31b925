"""Consents, blocks and accounts: rows that belong to a child, each table by the same few statements."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection


class RecordsRepository:
    def __init__(self, connection: AsyncConnection, table: sa.Table) -> None:
        self._connection = connection
        self._table = table
        (self._key,) = table.primary_key.columns

    async def add(self, record: dict[str, Any]) -> None:
        await self._connection.execute(sa.insert(self._table).values(record))

    async def get(self, record_id: str) -> dict[str, Any] | None:
        return await self._one(self._key == record_id)

    async def find(self, column: str, value: str) -> dict[str, Any] | None:
        return await self._one(self._table.c[column] == value)

    async def change(self, record_id: str, values: Mapping[str, Any]) -> None:
        await self._connection.execute(sa.update(self._table).where(self._key == record_id).values(dict(values)))

    async def of_child(self, child_id: str, after: str | None, limit: int) -> list[dict[str, Any]]:
        """The child's rows in the order they were made (ids sort by time), from behind `after` on."""
        query = sa.select(self._table).where(self._table.c.child_id == child_id).order_by(self._key).limit(limit)
        if after is not None:
            query = query.where(self._key > after)
        return [dict(row) for row in (await self._connection.execute(query)).mappings()]

    async def _one(self, condition: sa.ColumnElement[bool]) -> dict[str, Any] | None:
        row = (await self._connection.execute(sa.select(self._table).where(condition))).mappings().one_or_none()
        return None if row is None else dict(row)
