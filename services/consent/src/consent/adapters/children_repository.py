"""What consent keeps of a child: that there is one, who is involved, who is family. By the child index's events."""

from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from consent.adapters.tables import children, family, involvements
from consent.domain.facts import InvolvementKind


class ChildrenRepository:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    def _insert(self, table: sa.Table) -> Any:
        """INSERT ... ON CONFLICT, which both databases have, each by its own construct."""
        sqlite_here = self._connection.dialect.name == "sqlite"
        return sqlite.insert(table) if sqlite_here else postgresql.insert(table)

    async def register(self, child_id: str) -> None:
        statement = self._insert(children).values(child_id=child_id, epoch=1)
        await self._connection.execute(statement.on_conflict_do_nothing())

    async def bump(self, child_id: str) -> None:
        statement = self._insert(children).values(child_id=child_id, epoch=1)
        await self._connection.execute(
            statement.on_conflict_do_update(index_elements=["child_id"], set_={"epoch": children.c.epoch + 1})
        )

    async def set_involvement(
        self, reference: str, child_id: str, kind: InvolvementKind, practitioner_id: str | None, service_id: str | None
    ) -> None:
        values = {"practitioner_id": practitioner_id, "service_id": service_id}
        statement = self._insert(involvements).values(
            reference=reference, child_id=child_id, kind=kind.value, ended_on=None, **values
        )
        # An end that was recorded stays: a start that is delivered late does not undo it.
        await self._connection.execute(statement.on_conflict_do_update(index_elements=["reference"], set_=values))
        await self.bump(child_id)

    async def end_involvement(self, reference: str, child_id: str, ended_on: date) -> None:
        statement = self._insert(involvements).values(
            reference=reference, child_id=child_id, kind=InvolvementKind.EPISODE.value, ended_on=ended_on
        )
        await self._connection.execute(
            statement.on_conflict_do_update(index_elements=["reference"], set_={"ended_on": ended_on})
        )
        await self.bump(child_id)

    async def relate(self, relationship_id: str, child_id: str, other_child_id: str) -> None:
        statement = self._insert(family).values(
            relationship_id=relationship_id, child_id=child_id, other_child_id=other_child_id
        )
        await self._connection.execute(statement.on_conflict_do_nothing())
        await self.bump(child_id)
        await self.bump(other_child_id)

    async def unrelate(self, relationship_id: str) -> None:
        await self._connection.execute(sa.delete(family).where(family.c.relationship_id == relationship_id))
