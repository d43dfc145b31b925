"""Who covers for whom, over SQLAlchemy Core, the same on SQLite and PostgreSQL."""

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from notifications.adapters.entry_rows import upsert
from notifications.adapters.inbox_tables import covers, recipients
from notifications.application.inbox_ports import Cover

_c = covers.c


class SqlCovers:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, cover: Cover) -> None:
        await self._connection.execute(sa.insert(covers).values(asdict(cover)))

    async def of(self, person_id: str, now: datetime) -> list[Cover]:
        either = sa.or_(_c.practitioner_id == person_id, _c.colleague_id == person_id)
        query = sa.select(covers).where(either, _c.ends_at > now).order_by(_c.starts_at, _c.cover_id)
        return [_cover(row) for row in await self._connection.execute(query)]

    async def end(self, cover_id: str, now: datetime) -> bool:
        running = (_c.cover_id == cover_id, _c.ends_at > now)
        changed = await self._connection.execute(sa.update(covers).where(*running).values(ends_at=now))
        return changed.rowcount == 1

    async def in_force(self, practitioner_ids: Collection[str], now: datetime) -> list[Cover]:
        now_in_force = (_c.practitioner_id.in_(practitioner_ids), _c.starts_at <= now, _c.ends_at > now)
        query = sa.select(covers).where(*now_in_force).order_by(_c.cover_id)
        return [_cover(row) for row in await self._connection.execute(query)]

    async def lock(self, practitioner_id: str) -> None:
        """By the row that numbers their entries, which is made where there is none."""
        insert = upsert(self._connection, recipients).values(recipient_id=practitioner_id, last_number=0)
        unchanged = {"last_number": recipients.c.last_number}
        await self._connection.execute(insert.on_conflict_do_update(index_elements=["recipient_id"], set_=unchanged))


def _cover(row: sa.Row[Any]) -> Cover:
    return Cover(**row._mapping)
