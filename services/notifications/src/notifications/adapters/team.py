"""Who is in the team around a child, over SQLAlchemy Core, the same on SQLite and PostgreSQL."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from notifications.adapters.entry_rows import upsert
from notifications.adapters.inbox_tables import team_members

_c = team_members.c


class SqlTeam:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def join(self, membership_id: str, child_id: str, practitioner_id: str) -> None:
        new = {"child_id": child_id, "practitioner_id": practitioner_id, "ended": False}
        insert = upsert(self._connection, team_members).values(membership_id=membership_id, **new)
        await self._connection.execute(insert.on_conflict_do_nothing())

    async def leave(self, membership_id: str, child_id: str, practitioner_id: str) -> None:
        new = {"child_id": child_id, "practitioner_id": practitioner_id, "ended": True}
        insert = upsert(self._connection, team_members).values(membership_id=membership_id, **new)
        await self._connection.execute(
            insert.on_conflict_do_update(index_elements=["membership_id"], set_={"ended": True})
        )

    async def members(self, records: Collection[str]) -> list[str]:
        query = sa.select(_c.practitioner_id).where(_c.child_id.in_(records), sa.not_(_c.ended)).distinct()
        return list((await self._connection.execute(query.order_by(_c.practitioner_id))).scalars())
