"""The repositories over SQLAlchemy Core, the same on SQLite and PostgreSQL."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.ids import Clock
from notifications.adapters.tables import lead_professionals, withdrawn_consents


class SqlLeads:
    def __init__(self, connection: AsyncConnection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    async def of(self, child_id: str) -> str | None:
        table = lead_professionals
        found = await self._connection.execute(sa.select(table.c.practitioner_id).where(table.c.child_id == child_id))
        return found.scalar_one_or_none()

    async def put(self, child_id: str, practitioner_id: str) -> None:
        table = lead_professionals
        values = {"practitioner_id": practitioner_id, "changed_at": self._clock()}
        changed = await self._connection.execute(sa.update(table).where(table.c.child_id == child_id).values(**values))
        if changed.rowcount == 0:
            await self._connection.execute(sa.insert(table).values(child_id=child_id, **values))


class SqlConsents:
    def __init__(self, connection: AsyncConnection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    async def is_withdrawn(self, consent_id: str) -> bool:
        table = withdrawn_consents
        found = await self._connection.execute(sa.select(table.c.consent_id).where(table.c.consent_id == consent_id))
        return found.scalar_one_or_none() is not None

    async def withdrawn(self, consent_id: str) -> None:
        if not await self.is_withdrawn(consent_id):
            await self._connection.execute(
                sa.insert(withdrawn_consents).values(consent_id=consent_id, recorded_at=self._clock())
            )
