"""Life events over SQLAlchemy Core, the same on SQLite and PostgreSQL."""

from dataclasses import asdict

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from assessment.adapters.life_event_tables import life_event_versions, life_events
from assessment.domain.life_events import LifeEvent, LifeEventStatus
from contracts.vocabulary import Category

_e, _v = life_events.c, life_event_versions.c
_OF_A_VERSION = frozenset(_v.keys())


class SqlLifeEvents:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, event: LifeEvent) -> None:
        await self._connection.execute(sa.insert(life_events).values(**asdict(event)))
        await self._keep(event)

    async def find(self, life_event_id: str) -> LifeEvent | None:
        found = await self._connection.execute(sa.select(life_events).where(_e.life_event_id == life_event_id))
        row = found.one_or_none()
        return None if row is None else _event(row._mapping)

    async def save(self, event: LifeEvent) -> bool:
        # The version is part of the condition, so of two who save at once the database lets one through.
        same = sa.and_(_e.life_event_id == event.life_event_id, _e.version == event.version - 1)
        changed = await self._connection.execute(sa.update(life_events).where(same).values(**asdict(event)))
        if changed.rowcount == 1:
            await self._keep(event)
        return changed.rowcount == 1

    async def history(self, life_event_id: str, before: int | None, limit: int) -> list[LifeEvent]:
        wanted = (
            sa.select(*_v, _e.child_id, _e.category, _e.recorded_by, _e.agency_id, _e.recorded_at)
            .join_from(life_event_versions, life_events)
            .where(_v.life_event_id == life_event_id)
        )
        if before is not None:
            wanted = wanted.where(_v.version < before)
        found = await self._connection.execute(wanted.order_by(_v.version.desc()).limit(limit))
        return [_event(row._mapping) for row in found]

    async def purge(self, child_id: str) -> None:
        theirs = sa.select(_e.life_event_id).where(_e.child_id == child_id)
        await self._connection.execute(sa.delete(life_event_versions).where(_v.life_event_id.in_(theirs)))
        await self._connection.execute(sa.delete(life_events).where(_e.child_id == child_id))

    async def _keep(self, event: LifeEvent) -> None:
        values = {name: value for name, value in asdict(event).items() if name in _OF_A_VERSION}
        await self._connection.execute(sa.insert(life_event_versions).values(**values))


def _event(row: sa.RowMapping) -> LifeEvent:
    values = dict(row)
    return LifeEvent(
        **{**values, "category": Category(values["category"]), "status": LifeEventStatus(values["status"])}
    )
