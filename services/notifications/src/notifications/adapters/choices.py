"""What recipients chose to hear of, over SQLAlchemy Core, the same on SQLite and PostgreSQL."""

from collections.abc import Collection, Mapping

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from notifications.adapters.entry_rows import upsert
from notifications.adapters.inbox_tables import choices
from notifications.domain.happenings import NotificationType

_c = choices.c


class SqlChoices:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def of(self, recipient_id: str) -> dict[NotificationType, bool]:
        found = await self._connection.execute(sa.select(choices).where(_c.recipient_id == recipient_id))
        return {NotificationType(row.type): row.inbox for row in found}

    async def put(
        self, recipient_id: str, chosen: Mapping[NotificationType, bool], child_id: str | None = None
    ) -> None:
        """Each row by itself, and those that are there in place, so that two who put at once leave one of the two."""
        for type_ in NotificationType:
            same = (_c.recipient_id == recipient_id, _c.type == type_)
            if type_ not in chosen:
                await self._connection.execute(sa.delete(choices).where(*same))
                continue
            values = {"inbox": chosen[type_], "child_id": child_id}
            insert = upsert(self._connection, choices).values(recipient_id=recipient_id, type=type_, **values)
            await self._connection.execute(
                insert.on_conflict_do_update(index_elements=["recipient_id", "type"], set_=values)
            )

    async def chosen(
        self, recipient_ids: Collection[str], types: Collection[NotificationType]
    ) -> dict[tuple[str, NotificationType], bool]:
        found = await self._connection.execute(
            sa.select(choices).where(_c.recipient_id.in_(recipient_ids), _c.type.in_(types))
        )
        return {(row.recipient_id, NotificationType(row.type)): row.inbox for row in found}

    async def accounts(self, records: Collection[str], types: Collection[NotificationType]) -> list[str]:
        asked = (_c.child_id.in_(records), _c.type.in_(types), _c.inbox)
        query = sa.select(_c.recipient_id).where(*asked).distinct().order_by(_c.recipient_id)
        return list((await self._connection.execute(query)).scalars())
