"""Consents, what was asked, blocks and accounts: rows that belong to a child, each table by the same few statements."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from consent.adapters.tables import consents


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

    async def change(self, record_id: str, values: Mapping[str, Any], *, while_unset: Sequence[str] = ()) -> bool:
        """Whether a row was changed. Of two who change it at once while a column is unset, one succeeds: the
        database looks at the column again when it has the row to itself."""
        unset = [self._table.c[name].is_(None) for name in while_unset]
        changed = await self._connection.execute(
            sa.update(self._table).where(self._key == record_id, *unset).values(dict(values))
        )
        return changed.rowcount == 1

    async def of_child(
        self, records: Sequence[str], after: str | None, limit: int, **equal: str
    ) -> list[dict[str, Any]]:
        """The rows of a child's records in the order they were made (ids sort by time), from behind `after` on; with
        `equal`, only those with these values."""
        query = sa.select(self._table).where(self._table.c.child_id.in_(records)).order_by(self._key).limit(limit)
        for name, value in equal.items():
            query = query.where(self._table.c[name] == value)
        if after is not None:
            query = query.where(self._key > after)
        return [dict(row) for row in (await self._connection.execute(query)).mappings()]

    async def _one(self, condition: sa.ColumnElement[bool]) -> dict[str, Any] | None:
        row = (await self._connection.execute(sa.select(self._table).where(condition))).mappings().one_or_none()
        return None if row is None else dict(row)


class ConsentsRepository(RecordsRepository):
    def __init__(self, connection: AsyncConnection) -> None:
        super().__init__(connection, consents)

    async def to_remind_of(
        self, now: datetime, horizon: datetime, after: str | None, limit: int
    ) -> list[dict[str, Any]]:
        """Consents in force that end by the horizon and that nobody was reminded of, by id."""
        query = (
            sa.select(consents)
            .where(
                consents.c.valid_until > now,
                consents.c.valid_until <= horizon,
                consents.c.withdrawn_at.is_(None),
                consents.c.reminded_at.is_(None),
            )
            .order_by(consents.c.consent_id)
            .limit(limit)
        )
        if after is not None:
            query = query.where(consents.c.consent_id > after)
        return [dict(row) for row in (await self._connection.execute(query)).mappings()]

    async def withdrawn_since(self, records: Sequence[str], moment: datetime) -> list[dict[str, Any]]:
        query = sa.select(consents).where(consents.c.child_id.in_(records), consents.c.withdrawn_at >= moment)
        return [dict(row) for row in (await self._connection.execute(query)).mappings()]
