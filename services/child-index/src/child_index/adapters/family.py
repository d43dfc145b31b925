"""Relationships of a child, with other children of the index and with other people."""

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.errors import Conflict
from chassis.ids import Clock, new_id
from child_index.adapters import tables
from child_index.adapters.sql import Listed, Statement, among
from child_index.application.ports import FamilyLink, RelatedPerson
from child_index.domain.family import Relationship, inverse

_links, _children = tables.relationships, tables.children


def _links_of(listed: Listed) -> sa.Select[Any]:
    theirs, others = listed(_links.c.child_no, "numbers"), listed(_links.c.other_child_no, "numbers")
    other_no = sa.case((theirs, _links.c.other_child_no), else_=_links.c.child_no)
    root = _children.alias("root")
    return (
        sa.select(
            _links,
            _children.c.child_id,
            sa.func.coalesce(root.c.child_id, _children.c.child_id).label("root_id"),
            _children.c.given_name.label("child_given_name"),
            _children.c.family_name.label("child_family_name"),
        )
        .select_from(
            _links.outerjoin(_children, _children.c.child_no == other_no).outerjoin(
                root, root.c.child_no == _children.c.root_no
            )
        )
        .where(sa.or_(sa.and_(theirs, sa.or_(_links.c.other_child_no.is_(None), ~others)), sa.and_(others, ~theirs)))
        .order_by(_links.c.relationship_id)
    )


_LINKS = Statement(_links_of)


class SqlFamily:
    def __init__(self, connection: AsyncConnection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    async def of(self, numbers: Sequence[int]) -> list[FamilyLink]:
        found = await _LINKS(self._connection, numbers=numbers)
        held = set(numbers)
        rows = sorted(found, key=lambda row: numbers[0] not in (row.child_no, row.other_child_no))
        links = []
        for row in rows:
            told = Relationship(row.relationship)
            links.append(
                FamilyLink(
                    relationship_id=row.relationship_id,
                    relationship=(told if row.child_no in held else inverse(told)).value,
                    other_child_id=row.child_id,
                    other_root_id=row.root_id,
                    given_name=row.child_given_name or row.given_name,
                    family_name=row.child_family_name or row.family_name,
                    phone=row.phone,
                    lives_with_child=row.lives_with_child,
                )
            )
        return links

    async def add_person(self, child_no: int, relationship: str, person: RelatedPerson, created_by: str) -> str:
        return await self._add(
            child_no,
            relationship,
            created_by,
            given_name=person.given_name,
            family_name=person.family_name,
            phone=person.phone,
            lives_with_child=person.lives_with_child,
        )

    async def add_child(self, child_no: int, relationship: str, other_child_no: int, created_by: str) -> str:
        return await self._add(child_no, relationship, created_by, other_child_no=other_child_no)

    async def _add(self, child_no: int, relationship: str, created_by: str, **other: object) -> str:
        relationship_id = new_id()
        try:
            await self._connection.execute(
                sa.insert(_links).values(
                    relationship_id=relationship_id,
                    child_no=child_no,
                    relationship=relationship,
                    created_by=created_by,
                    created_at=self._clock(),
                    **other,
                )
            )
        except IntegrityError as error:
            raise Conflict("The same relationship is just being written down; ask again") from error
        return relationship_id

    async def remove(self, relationship_ids: Collection[str]) -> None:
        await self._connection.execute(
            sa.delete(_links).where(among(self._connection, _links.c.relationship_id, relationship_ids))
        )
