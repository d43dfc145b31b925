"""What the consent service holds of one child, dropped for good."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.idempotency import forget_answers
from consent.adapters import tables

OF_A_CHILD: tuple[sa.Column[Any], ...] = (
    tables.involvements.c.child_id,
    tables.consents.c.child_id,
    tables.consent_requests.c.child_id,
    tables.history_delays.c.child_id,
    tables.blocks.c.child_id,
    tables.shields.c.child_id,
    tables.legal_bases.c.child_id,
    tables.overrides.c.child_id,
    tables.accounts.c.child_id,
    tables.child_likenesses.c.child_id,
    tables.family.c.child_id,
    tables.family.c.other_child_id,
    tables.merged_records.c.record_id,
    tables.merged_records.c.root_id,
    tables.merges.c.from_id,
    tables.merges.c.into_id,
    tables.children.c.child_id,
)
"""Every column that names a child, but the log's. A test holds it against the tables."""
_log = tables.access_log.c


class PurgeRepository:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def child(self, child_id: str, at: datetime) -> None:
        """Deletes the rows. Of the log's entries goes what they say, and their hashes stay, as in a purge by age."""
        for column in OF_A_CHILD:
            await self._connection.execute(sa.delete(column.table).where(column == child_id))
        await forget_answers(self._connection, tables.messaging, at)
        of_child = sa.update(tables.access_log).where(_log.child_id == child_id)
        await self._connection.execute(of_child.values(dict.fromkeys(tables.PURGED_COLUMNS)))
