"""The repositories over SQLAlchemy Core, the same on SQLite and PostgreSQL."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.ids import Clock
from contracts.vocabulary import Category
from notifications.adapters.tables import lead_professionals, notifications, withdrawn_consents
from notifications.application.ports import Known, Needed
from notifications.domain.entries import Entry, State
from notifications.domain.hearing import NotificationType


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


class SqlEntries:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, entries: Sequence[Entry]) -> None:
        if entries:
            await self._connection.execute(sa.insert(notifications), [_row(entry) for entry in entries])

    async def newest(
        self, recipient_id: str, known: Known, state: State | None, before: str | None, limit: int
    ) -> list[Entry]:
        table = notifications
        wanted = sa.select(table).where(_of(recipient_id, known))
        if state is not None:
            unread = table.c.acknowledged_at.is_(None)
            wanted = wanted.where(unread if state is State.UNREAD else sa.not_(unread))
        if before is not None:
            wanted = wanted.where(table.c.notification_id < before)
        # The ids are UUIDv7: their order is the order of time.
        found = await self._connection.execute(wanted.order_by(table.c.notification_id.desc()).limit(limit))
        return [_entry(row) for row in found]

    async def count_unread(self, recipient_id: str, known: Known) -> int:
        found = await self._connection.execute(
            sa.select(sa.func.count())
            .select_from(notifications)
            .where(_of(recipient_id, known), notifications.c.acknowledged_at.is_(None))
        )
        return int(found.scalar_one())

    async def children_of(self, recipient_id: str, limit: int) -> list[str]:
        table = notifications
        found = await self._connection.execute(
            sa.select(table.c.child_id)
            .where(table.c.recipient_id == recipient_id, table.c.child_id.is_not(None))
            .group_by(table.c.child_id)
            .order_by(sa.func.max(table.c.notification_id).desc())
            .limit(limit)
        )
        return list(found.scalars())

    async def needed(self, recipient_id: str) -> list[Needed]:
        table = notifications
        found = await self._connection.execute(
            sa.select(table.c.categories).where(table.c.recipient_id == recipient_id).distinct()
        )
        return [_needed(codes) for codes in found.scalars()]

    async def find(self, recipient_id: str, notification_id: str) -> Entry | None:
        table = notifications
        found = await self._connection.execute(
            sa.select(table).where(table.c.notification_id == notification_id, table.c.recipient_id == recipient_id)
        )
        row = found.one_or_none()
        return None if row is None else _entry(row)

    async def acknowledge(self, notification_id: str, at: datetime) -> bool:
        table = notifications
        changed = await self._connection.execute(
            sa.update(table)
            .where(table.c.notification_id == notification_id, table.c.acknowledged_at.is_(None))
            .values(acknowledged_at=at)
        )
        return changed.rowcount == 1

    async def tells_of_family(self, recipient_id: str, child_id: str, other_child_id: str) -> bool:
        table = notifications
        same = (table.c.recipient_id == recipient_id, table.c.child_id == child_id)
        found = await self._connection.execute(
            sa.select(table.c.notification_id).where(*same, table.c.other_child_id == other_child_id).limit(1)
        )
        return found.scalar_one_or_none() is not None

    async def reminds_of(self, consent_id: str) -> bool:
        table = notifications
        found = await self._connection.execute(
            sa.select(table.c.notification_id).where(table.c.consent_id == consent_id).limit(1)
        )
        return found.scalar_one_or_none() is not None

    async def take_back(self, consent_id: str) -> None:
        await self._take_back(notifications.c.consent_id == consent_id)

    async def take_back_reminders(self, action_id: str) -> None:
        await self._take_back(notifications.c.action_id == action_id)

    async def _take_back(self, about: sa.ColumnElement[bool]) -> None:
        await self._connection.execute(sa.delete(notifications).where(about, notifications.c.acknowledged_at.is_(None)))


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


def _of(recipient_id: str, known: Known) -> sa.ColumnElement[bool]:
    child_id, other = notifications.c.child_id, notifications.c.other_child_id
    return sa.and_(
        notifications.c.recipient_id == recipient_id,
        sa.or_(
            child_id.is_(None),
            *(
                sa.and_(notifications.c.categories == ",".join(needed), child_id.in_(children))
                for needed, children in known.children.items()
            ),
        ),
        sa.or_(other.is_(None), other.in_(known.related)),
    )


def _entry(row: sa.Row[tuple[object, ...]]) -> Entry:
    values = dict(row._mapping)
    return Entry(
        **{**values, "type": NotificationType(values["type"]), "categories": _needed(values["categories"])},
    )


def _row(entry: Entry) -> dict[str, object]:
    return {**asdict(entry), "categories": ",".join(entry.categories)}


def _needed(codes: str) -> Needed:
    return tuple(map(Category, codes.split(",")))
