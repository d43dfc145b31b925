"""What consent keeps of a child: that there is one, who is involved, who is family. By the child index's events."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from consent.adapters.tables import children, family, involvements, merged_records
from consent.domain.facts import InvolvementKind
from contracts.vocabulary import Category

_CHUNK = 500


class ChildrenRepository:
    """Collects what a transaction changes, and writes it in a few statements before the commit (`flush`).

    An import brings events by the thousand; written one by one they would take six times as long.
    """

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._started: list[dict[str, Any]] = []
        self._ended: list[dict[str, Any]] = []
        self._bumped: dict[str, None] = {}

    def _insert(self, table: sa.Table) -> Any:
        """INSERT ... ON CONFLICT, which both databases have, each by its own construct."""
        sqlite_here = self._connection.dialect.name == "sqlite"
        return sqlite.insert(table) if sqlite_here else postgresql.insert(table)

    async def register(self, child_id: str) -> None:
        self._bumped[child_id] = None

    async def lock(self, child_id: str) -> None:
        """SQLite's writer is alone anyway, and knows no FOR UPDATE; it is left out of the statement there."""
        await self._connection.execute(
            sa.select(children.c.epoch).where(children.c.child_id == child_id).with_for_update()
        )

    async def archive(self, child_id: str, *, archived: bool) -> None:
        await self.flush()
        statement = self._insert(children).values(child_id=child_id, epoch=1, archived=archived)
        changed = {"archived": archived}
        await self._connection.execute(statement.on_conflict_do_update(index_elements=["child_id"], set_=changed))
        self._bumped[child_id] = None

    async def bump(self, child_id: str) -> None:
        self._bumped[child_id] = None

    async def set_involvement(
        self,
        reference: str,
        child_id: str,
        kind: InvolvementKind,
        practitioner_id: str | None,
        service_id: str | None,
        *,
        sensitive: bool,
        at: datetime,
        began_at: datetime | None,
        shared: Sequence[Category] | None = None,
    ) -> None:
        self._started.append(
            {
                "reference": reference,
                "child_id": child_id,
                "kind": kind.value,
                "practitioner_id": practitioner_id,
                "service_id": service_id,
                "sensitive": sensitive,
                "recorded_at": at,
                "began_at": began_at,
                "shared": None if shared is None else list(shared),
            }
        )
        self._bumped[child_id] = None

    async def end_involvement(
        self, reference: str, child_id: str, kind: InvolvementKind, ended_on: date, *, at: datetime
    ) -> None:
        """Where the end overtakes the start, the involvement counts as sensitive until the start has told."""
        ended = {"reference": reference, "child_id": child_id, "kind": kind.value, "ended_on": ended_on}
        self._ended.append({**ended, "sensitive": True, "recorded_at": at})
        self._bumped[child_id] = None

    async def relate(self, relationship_id: str, child_id: str, other_child_id: str) -> None:
        statement = self._insert(family).values(
            relationship_id=relationship_id, child_id=child_id, other_child_id=other_child_id
        )
        await self._connection.execute(statement.on_conflict_do_nothing())
        self._bumped |= dict.fromkeys((child_id, other_child_id))

    async def unrelate(self, relationship_id: str) -> None:
        await self._connection.execute(sa.delete(family).where(family.c.relationship_id == relationship_id))

    async def flush(self) -> None:
        if self._started:
            statement = self._insert(involvements)
            new = {
                name: statement.excluded[name]
                for name in ("practitioner_id", "service_id", "sensitive", "began_at", "shared")
            }
            same_person = sa.func.coalesce(involvements.c.practitioner_id, "") == sa.func.coalesce(
                statement.excluded.practitioner_id, ""
            )
            new["recorded_at"] = sa.case(
                (same_person, involvements.c.recorded_at), else_=statement.excluded.recorded_at
            )
            # An end that was recorded stays: a start that is delivered again does not undo it.
            await self._connection.execute(
                statement.on_conflict_do_update(index_elements=["reference"], set_=new), self._started
            )
        if self._ended:
            statement = self._insert(involvements)
            new = {"ended_on": statement.excluded.ended_on}
            await self._connection.execute(
                statement.on_conflict_do_update(index_elements=["reference"], set_=new), self._ended
            )
        if self._bumped:
            await self._bump_their_sets()
            statement = self._insert(children)
            await self._connection.execute(
                statement.on_conflict_do_update(index_elements=["child_id"], set_={"epoch": children.c.epoch + 1}),
                [{"child_id": child_id, "epoch": 1} for child_id in sorted(self._bumped)],
            )
        self._started, self._ended, self._bumped = [], [], {}

    async def _bump_their_sets(self) -> None:
        """A decision about any record of a child is made from all of them."""
        mine, others = merged_records.alias("mine"), merged_records.alias("others")
        together = sa.select(others.c.record_id).join_from(mine, others, mine.c.root_id == others.c.root_id)
        changed = sorted(self._bumped)
        for start in range(0, len(changed), _CHUNK):
            query = together.where(mine.c.record_id.in_(changed[start : start + _CHUNK]))
            self._bumped |= dict.fromkeys((await self._connection.execute(query)).scalars())
