"""What the notifications service holds of one child, dropped for good."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.idempotency import forget_answers
from notifications.adapters import inbox_tables, outgoing_tables, tables
from notifications.adapters.entries import drop_entries

OF_A_CHILD: tuple[sa.Column[Any], ...] = (
    tables.notifications.c.child_id,
    tables.notifications.c.other_child_id,
    tables.lead_professionals.c.child_id,
    tables.merges.c.from_id,
    tables.merges.c.into_id,
    tables.family_links.c.child_id,
    tables.family_links.c.other_child_id,
    tables.deceased_children.c.child_id,
    inbox_tables.choices.c.child_id,
    inbox_tables.team_members.c.child_id,
    outgoing_tables.deliveries.c.child_id,
    outgoing_tables.deliveries.c.other_child_id,
)
"""Every column that names a child. A test holds it against the tables."""


class SqlPurges:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def child(self, child_id: str, at: datetime) -> None:
        await forget_answers(self._connection, tables.messaging, at)
        for column in OF_A_CHILD:
            if column.table is tables.notifications:
                await drop_entries(self._connection, column == child_id, at)
                continue
            await self._connection.execute(sa.delete(column.table).where(column == child_id))
