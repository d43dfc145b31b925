"""What the neighbours' events told, over SQLAlchemy Core: who is in the directory, who leads for whom, who is of one
family, which records are closed or merged, and which clashes were told of."""

from dataclasses import asdict
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from assessment.adapters.repositories import inserted
from assessment.adapters.tables import (
    archived_children,
    family_clashes,
    family_links,
    lead_professionals,
    merges,
    practitioners,
)
from assessment.domain.teams import Practitioner
from contracts.vocabulary import ClashKind, Role

_f, _k = family_links.c, family_clashes.c


class SqlNeighbours:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def practitioner(self, practitioner_id: str) -> Practitioner | None:
        query = sa.select(practitioners).where(practitioners.c.practitioner_id == practitioner_id)
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else Practitioner(**{**row._mapping, "role": Role(row.role)})

    async def put_practitioner(self, practitioner: Practitioner) -> None:
        known = await self.practitioner(practitioner.practitioner_id)
        values = {**asdict(practitioner), "role": practitioner.role.value}
        if known is None:
            await self._connection.execute(sa.insert(practitioners).values(**values))
        elif known.version < practitioner.version:
            same = practitioners.c.practitioner_id == practitioner.practitioner_id
            await self._connection.execute(sa.update(practitioners).where(same).values(**values))

    async def relate(self, relationship_id: str, child_id: str, other_child_id: str, *, ended: bool) -> None:
        row = {"relationship_id": relationship_id, "child_id": child_id, "other_child_id": other_child_id}
        added = await inserted(self._connection, sa.insert(family_links).values(**row, ended=ended))
        if ended and not added:
            same = _f.relationship_id == relationship_id
            await self._connection.execute(sa.update(family_links).where(same).values(ended=True))

    async def family_of(self, child_id: str) -> list[str]:
        records = await self.records_of(child_id)
        others = [
            sa.select(theirs.label("child_id")).where(own.in_(records), theirs.not_in(records), sa.not_(_f.ended))
            for own, theirs in ((_f.child_id, _f.other_child_id), (_f.other_child_id, _f.child_id))
        ]
        return sorted((await self._connection.execute(sa.union(*others))).scalars())

    async def put_lead(self, child_id: str, practitioner_id: str) -> None:
        same = lead_professionals.c.child_id == child_id
        values = {"practitioner_id": practitioner_id}
        changed = await self._connection.execute(sa.update(lead_professionals).where(same).values(**values))
        if changed.rowcount == 0:
            await self._connection.execute(sa.insert(lead_professionals).values(child_id=child_id, **values))

    async def lead_of(self, child_id: str) -> str | None:
        records = await self.records_of(child_id)
        query = sa.select(lead_professionals).where(lead_professionals.c.child_id.in_(records))
        leads = {row.child_id: row.practitioner_id for row in await self._connection.execute(query)}
        return next((leads[record] for record in records if record in leads), None)

    async def led_by(self, practitioner_id: str, limit: int) -> list[str]:
        c = lead_professionals.c
        query = sa.select(c.child_id).where(c.practitioner_id == practitioner_id).order_by(c.child_id.desc())
        return list((await self._connection.execute(query.limit(limit))).scalars())

    async def merge(self, merge_id: str, record: str, into: str, *, undone: bool) -> None:
        row = {"merge_id": merge_id, "from_id": record, "into_id": into, "undone": undone}
        if not await inserted(self._connection, sa.insert(merges).values(**row)) and undone:
            same = merges.c.merge_id == merge_id
            await self._connection.execute(sa.update(merges).where(same).values(undone=True))

    async def records_of(self, child_id: str) -> list[str]:
        into: dict[str, str] = {}
        found, border = {child_id}, {child_id}
        while border:
            beside = sa.or_(merges.c.from_id.in_(border), merges.c.into_id.in_(border))
            rows = await self._connection.execute(sa.select(merges).where(beside, sa.not_(merges.c.undone)))
            together = {row.from_id: row.into_id for row in rows}
            into |= together
            border = (together.keys() | set(together.values())) - found
            found |= border
        root, seen = child_id, {child_id}
        while into.get(root, root) not in seen:
            root = into[root]
            seen.add(root)
        return [root, *sorted(found - {root})]

    async def archive(self, child_id: str, *, archived: bool) -> None:
        if archived:
            await inserted(self._connection, sa.insert(archived_children).values(child_id=child_id))
        else:
            same = archived_children.c.child_id == child_id
            await self._connection.execute(sa.delete(archived_children).where(same))

    async def is_archived(self, child_id: str) -> bool:
        query = sa.select(archived_children.c.child_id).where(archived_children.c.child_id == child_id)
        return (await self._connection.execute(query)).first() is not None

    async def add_clash(self, child_id: str, other_child_id: str, kind: ClashKind, week: str, at: datetime) -> bool:
        first, second = sorted((child_id, other_child_id))
        row = {"child_id": first, "other_child_id": second, "kind": kind.value, "week": week}
        return await inserted(self._connection, sa.insert(family_clashes).values(**row, found_at=at))

    async def purge(self, child_id: str) -> None:
        for column in (
            archived_children.c.child_id,
            lead_professionals.c.child_id,
            merges.c.from_id,
            merges.c.into_id,
            _f.child_id,
            _f.other_child_id,
            _k.child_id,
            _k.other_child_id,
        ):
            await self._connection.execute(sa.delete(column.table).where(column == child_id))
