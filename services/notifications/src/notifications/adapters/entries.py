"""Inbox entries over SQLAlchemy Core, the same on SQLite and PostgreSQL."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.database import UtcDateTime
from chassis.ids import Clock
from notifications.adapters.entry_rows import entry_of, needed_of, of_inbox, row_of, upsert, which
from notifications.adapters.inbox_tables import gone_entries, recipients
from notifications.adapters.tables import notifications
from notifications.application.ports import Known, Needed
from notifications.domain.entries import Entry, Wanted
from notifications.domain.hearing import Priority

_c = notifications.c


class SqlEntries:
    """`escalate_after`: how long something critical may wait to be read."""

    def __init__(self, connection: AsyncConnection, clock: Clock, escalate_after: timedelta) -> None:
        self._connection = connection
        self._clock = clock
        self._escalate_after = escalate_after
        self._added: list[Entry] = []

    async def add(self, entries: Sequence[Entry]) -> None:
        if entries:
            rows = [row_of(entry, self._due(entry)) for entry in entries]
            await self._connection.execute(sa.insert(notifications), rows)
            self._added += entries

    def _due(self, entry: Entry) -> datetime | None:
        """A colleague who covers is not waited for: the one whom it is for is."""
        critical = entry.priority is Priority.CRITICAL and entry.covers_for is None
        return entry.created_at + self._escalate_after if critical else None

    async def number(self) -> None:
        """The row of each recipient is locked until the commit, one recipient after the other in the order of their
        ids. So the numbers of one recipient are in the order of the commits: who sees one sees all before it."""
        many = Counter(entry.recipient_id for entry in self._added)
        last = {who: await self._advanced(who, many[who]) - many[who] for who in sorted(many)}
        for entry in self._added:
            last[entry.recipient_id] += 1
            placed = sa.update(notifications).where(_c.notification_id == entry.notification_id)
            await self._connection.execute(placed.values(number=last[entry.recipient_id]))
        self._added.clear()

    @property
    def told(self) -> frozenset[str]:
        """Who is given an entry in this transaction."""
        return frozenset(entry.recipient_id for entry in self._added)

    async def _advanced(self, recipient_id: str, by: int) -> int:
        insert = upsert(self._connection, recipients).values(recipient_id=recipient_id, last_number=by)
        changed = insert.on_conflict_do_update(
            index_elements=["recipient_id"], set_={"last_number": recipients.c.last_number + by}
        )
        return int((await self._connection.execute(changed.returning(recipients.c.last_number))).scalar_one())

    async def newest(
        self, recipient_id: str, known: Known, wanted: Wanted, before: str | None, limit: int
    ) -> list[Entry]:
        query = sa.select(notifications).where(of_inbox(recipient_id, known), *which(wanted))
        if before is not None:
            query = query.where(_c.notification_id < before)
        # The ids are UUIDv7: their order is the order of time.
        found = await self._connection.execute(query.order_by(_c.notification_id.desc()).limit(limit))
        return [entry_of(row) for row in found]

    async def count(self, recipient_id: str, known: Known, wanted: Wanted) -> int:
        query = sa.select(sa.func.count()).select_from(notifications)
        found = await self._connection.execute(query.where(of_inbox(recipient_id, known), *which(wanted)))
        return int(found.scalar_one())

    async def acknowledge_all(self, recipient_id: str, known: Known, wanted: Wanted, at: datetime) -> int:
        unread = (of_inbox(recipient_id, known), _c.acknowledged_at.is_(None), *which(wanted))
        changed = await self._connection.execute(sa.update(notifications).where(*unread).values(acknowledged_at=at))
        return changed.rowcount

    async def place_of(self, recipient_id: str, notification_id: str) -> int | None:
        for table in (notifications, gone_entries):
            own = (table.c.notification_id == notification_id, table.c.recipient_id == recipient_id)
            # What has no number is from before there were any.
            query = sa.select(sa.func.coalesce(table.c.number, 0)).where(*own)
            found: int | None = (await self._connection.execute(query)).scalar_one_or_none()
            if found is not None:
                return found
        return None

    async def last_place(self, recipient_id: str) -> int:
        return (await self.last_places([recipient_id])).get(recipient_id, 0)

    async def last_places(self, recipient_ids: Collection[str]) -> dict[str, int]:
        found = await self._connection.execute(
            sa.select(recipients).where(recipients.c.recipient_id.in_(recipient_ids))
        )
        return {row.recipient_id: row.last_number for row in found}

    async def after(self, recipient_id: str, number: int, limit: int) -> list[tuple[int, Entry]]:
        query = sa.select(notifications).where(_c.recipient_id == recipient_id, _c.number > number)
        found = await self._connection.execute(query.order_by(_c.number).limit(limit))
        return [(row.number, entry_of(row)) for row in found]

    async def due_for_escalation(self, now: datetime, limit: int) -> list[Entry]:
        late = (_c.escalate_at <= now, _c.acknowledged_at.is_(None))
        query = sa.select(notifications).where(*late).order_by(_c.escalate_at).limit(limit)
        return [entry_of(row) for row in await self._connection.execute(query)]

    async def escalated(self, notification_id: str, now: datetime, again: datetime | None) -> bool:
        due = (_c.notification_id == notification_id, _c.escalate_at <= now, _c.acknowledged_at.is_(None))
        changed = await self._connection.execute(sa.update(notifications).where(*due).values(escalate_at=again))
        return changed.rowcount == 1

    async def children_of(self, recipient_id: str, limit: int) -> list[str]:
        found = await self._connection.execute(
            sa.select(_c.child_id)
            .where(_c.recipient_id == recipient_id, _c.child_id.is_not(None))
            .group_by(_c.child_id)
            .order_by(sa.func.max(_c.notification_id).desc())
            .limit(limit)
        )
        return list(found.scalars())

    async def needed(self, recipient_id: str) -> list[Needed]:
        query = sa.select(_c.categories).where(_c.recipient_id == recipient_id).distinct()
        return [needed_of(codes) for codes in (await self._connection.execute(query)).scalars()]

    async def find(self, recipient_id: str, notification_id: str) -> Entry | None:
        own = (_c.notification_id == notification_id, _c.recipient_id == recipient_id)
        row = (await self._connection.execute(sa.select(notifications).where(*own))).one_or_none()
        return None if row is None else entry_of(row)

    async def acknowledge(self, notification_id: str, at: datetime) -> bool:
        same = (_c.notification_id == notification_id, _c.acknowledged_at.is_(None))
        changed = await self._connection.execute(sa.update(notifications).where(*same).values(acknowledged_at=at))
        return changed.rowcount == 1

    async def take_back_acknowledgement(self, notification_id: str) -> None:
        await self._change(notification_id, acknowledged_at=None)

    async def snooze(self, notification_id: str, until: datetime | None) -> None:
        await self._change(notification_id, snoozed_until=until)

    async def _change(self, notification_id: str, **values: Any) -> None:
        changed = sa.update(notifications).where(_c.notification_id == notification_id).values(**values)
        await self._connection.execute(changed)

    async def tells_of_family(self, recipient_id: str, child_id: str, other_child_id: str) -> bool:
        same = (_c.recipient_id == recipient_id, _c.child_id == child_id, _c.other_child_id == other_child_id)
        found = await self._connection.execute(sa.select(_c.notification_id).where(*same).limit(1))
        return found.scalar_one_or_none() is not None

    async def reminds_of(self, consent_id: str) -> bool:
        query = sa.select(_c.notification_id).where(_c.consent_id == consent_id).limit(1)
        return (await self._connection.execute(query)).scalar_one_or_none() is not None

    async def take_back(self, consent_id: str) -> None:
        await self._take_back(_c.consent_id == consent_id)

    async def take_back_reminders(self, action_id: str) -> None:
        await self._take_back(_c.action_id == action_id)

    async def _take_back(self, about: sa.ColumnElement[bool]) -> None:
        await drop_entries(self._connection, sa.and_(about, _c.acknowledged_at.is_(None)), self._clock())

    async def forget_places(self, before: datetime) -> None:
        await self._connection.execute(sa.delete(gone_entries).where(gone_entries.c.gone_at < before))


async def drop_entries(connection: AsyncConnection, about: sa.ColumnElement[bool], at: datetime) -> None:
    """Deletes entries. Their places are kept, ids of no child alone: whoever was shown one as the last of their stream
    goes on from there."""
    place = sa.select(_c.notification_id, _c.recipient_id, _c.number, sa.literal(at, UtcDateTime))
    kept = sa.insert(gone_entries).from_select(
        ["notification_id", "recipient_id", "number", "gone_at"], place.where(about, _c.number.is_not(None))
    )
    await connection.execute(kept)
    await connection.execute(sa.delete(notifications).where(about))
