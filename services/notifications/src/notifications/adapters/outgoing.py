"""The queue of what is told outside the inbox, over SQLAlchemy Core."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.ids import Clock
from contracts.vocabulary import Category
from notifications.adapters.outgoing_tables import deliveries, destinations
from notifications.domain.outgoing import Channel, Delivery, Destination, Priority, State


class SqlDeliveries:
    def __init__(self, connection: AsyncConnection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    async def add(self, new: Sequence[Delivery]) -> None:
        if not new:
            return
        await self._connection.execute(sa.insert(deliveries), [_row(each) for each in new])
        first: dict[Destination, tuple[datetime, Priority]] = {}
        for each in new:
            due, priority = first.get(each.destination, (each.due_at, each.priority))
            first[each.destination] = (min(due, each.due_at), min(priority, each.priority))
        # In one order, so that two who add to the same destinations never wait for each other.
        for destination in sorted(first, key=lambda each: (each.channel, each.destination_id)):
            await self._note(destination, *first[destination])

    async def _note(self, destination: Destination, due_at: datetime, priority: Priority) -> None:
        """Something waits at the destination. One that fails is not tried any sooner for it."""
        insert = postgresql.insert if self._connection.dialect.name == "postgresql" else sqlite.insert
        added: Any = insert(destinations).values(
            channel=destination.channel,
            destination_id=destination.destination_id,
            ready_at=due_at,
            priority=int(priority),
        )
        table, new = destinations.c, added.excluded
        sooner = sa.or_(table.ready_at.is_(None), sa.and_(table.failing_since.is_(None), new.ready_at < table.ready_at))
        await self._connection.execute(
            added.on_conflict_do_update(
                index_elements=[table.channel, table.destination_id],
                set_={
                    "ready_at": sa.case((sooner, new.ready_at), else_=table.ready_at),
                    "priority": sa.case(
                        (sa.or_(table.ready_at.is_(None), new.priority < table.priority), new.priority),
                        else_=table.priority,
                    ),
                },
            )
        )

    async def claim(
        self, channels: Collection[Channel], limit: int, claim_id: str, until: datetime, *, critical_only: bool
    ) -> list[Destination]:
        table, now = destinations.c, self._clock()
        wanted = (
            sa.select(table.channel, table.destination_id)
            .where(
                table.ready_at <= now,
                table.channel.in_(channels),
                sa.or_(table.claimed_until.is_(None), table.claimed_until <= now),
            )
            .order_by(table.priority, table.ready_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        if critical_only:
            wanted = wanted.where(table.priority == Priority.CRITICAL)
        rows = await self._connection.execute(wanted)
        found = [Destination(Channel(row.channel), row.destination_id) for row in rows]
        for destination in found:
            await self._set(destination, claim_id=claim_id, claimed_until=until)
        return found

    async def renew(self, destination: Destination, claim_id: str, until: datetime) -> bool:
        return await self._set(destination, destinations.c.claim_id == claim_id, claimed_until=until)

    async def due(self, destination: Destination, limit: int) -> list[Delivery]:
        table = deliveries.c
        found = await self._connection.execute(
            sa.select(deliveries)
            .where(*_waiting(destination), table.due_at <= self._clock())
            .order_by(table.priority, table.delivery_id)
            .limit(limit)
        )
        return [_delivery(row) for row in found]

    async def end(self, delivery_ids: Collection[str], state: State, code: str) -> None:
        table = deliveries.c
        tried = table.attempts if state is State.STOPPED else table.attempts + 1
        await self._connection.execute(
            sa.update(deliveries)
            .where(table.delivery_id.in_(delivery_ids), table.state == State.WAITING)
            .values(state=state, code=code, ended_at=self._clock(), attempts=tried)
        )

    async def put_off(self, delivery_ids: Collection[str], due_at: datetime, code: str) -> None:
        table = deliveries.c
        await self._connection.execute(
            sa.update(deliveries)
            .where(table.delivery_id.in_(delivery_ids), table.state == State.WAITING)
            .values(due_at=due_at, code=code, attempts=table.attempts + 1)
        )

    async def release(
        self, destination: Destination, claim_id: str, *, not_before: datetime | None, failing: bool
    ) -> None:
        table, held = deliveries.c, destinations.c
        # Whoever adds to it now waits until this is through, or has been seen.
        await self._connection.execute(
            sa.select(held.claim_id)
            .where(held.channel == destination.channel, held.destination_id == destination.destination_id)
            .with_for_update()
        )
        due_at, priority = (
            await self._connection.execute(
                sa.select(sa.func.min(table.due_at), sa.func.min(table.priority)).where(*_waiting(destination))
            )
        ).one()
        if due_at is not None and not_before is not None:
            due_at = max(due_at, not_before)
        since: Any = None
        if failing:
            since = sa.func.coalesce(held.failing_since, sa.literal(self._clock(), held.failing_since.type))
        await self._set(
            destination,
            destinations.c.claim_id == claim_id,
            claim_id=None,
            claimed_until=None,
            ready_at=due_at,
            priority=priority if priority is not None else int(Priority.BULK),
            failing_since=since,
        )

    async def next_ready(self, channels: Collection[Channel]) -> datetime | None:
        table = destinations.c
        ready = sa.case((table.claimed_until > table.ready_at, table.claimed_until), else_=table.ready_at)
        found = await self._connection.execute(
            sa.select(sa.func.min(ready)).where(table.ready_at.is_not(None), table.channel.in_(channels))
        )
        at: datetime | None = found.scalar_one()
        return at

    async def _set(self, destination: Destination, *where: sa.ColumnElement[bool], **values: Any) -> bool:
        table = destinations.c
        changed = await self._connection.execute(
            sa.update(destinations)
            .where(table.channel == destination.channel, table.destination_id == destination.destination_id, *where)
            .values(**values)
        )
        return changed.rowcount == 1


def _waiting(destination: Destination) -> tuple[sa.ColumnElement[bool], ...]:
    table = deliveries.c
    return (
        table.channel == destination.channel,
        table.destination_id == destination.destination_id,
        table.state == State.WAITING,
    )


def _row(delivery: Delivery) -> dict[str, Any]:
    fields = (
        "delivery_id", "recipient_id", "type", "notification_id", "event_id", "child_id", "other_child_id",
        "created_at", "due_at", "attempts",
    )  # fmt: skip
    return {
        **{name: getattr(delivery, name) for name in fields},
        "channel": delivery.destination.channel,
        "destination_id": delivery.destination.destination_id,
        "priority": int(delivery.priority),
        "categories": ",".join(delivery.categories),
        "state": State.WAITING,
    }


def _delivery(row: sa.Row[Any]) -> Delivery:
    return Delivery(
        delivery_id=row.delivery_id,
        destination=Destination(Channel(row.channel), row.destination_id),
        recipient_id=row.recipient_id,
        priority=Priority(row.priority),
        type=row.type,
        created_at=row.created_at,
        due_at=row.due_at,
        notification_id=row.notification_id,
        event_id=row.event_id,
        child_id=row.child_id,
        other_child_id=row.other_child_id,
        categories=tuple(Category(code) for code in row.categories.split(",") if code),
        attempts=row.attempts,
    )
