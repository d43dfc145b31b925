"""Likeness keys of children and practitioners. Names and homes come in here, and only their keys go further."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.likeness import Likeness
from consent.adapters.tables import child_likenesses, merged_records, practitioner_likenesses, practitioners
from consent.domain.likeness import Home, Key, LikenessKind

POSTS = practitioners.alias("posts")
_child, _held = child_likenesses.c, practitioner_likenesses.c

ONE_PERSON = sa.or_(
    POSTS.c.practitioner_id == practitioners.c.practitioner_id, POSTS.c.person_id == practitioners.c.person_id
)
"""Joins a practitioner to their own entry and to the other posts of the same person."""


def merged_with(record: sa.ColumnElement[str]) -> sa.Select[tuple[str]]:
    """The records that answer as one with a record of a query."""
    mine, others = merged_records.alias("mine"), merged_records.alias("others")
    return sa.select(others.c.record_id).where(mine.c.record_id == record, mine.c.root_id == others.c.root_id)


class LikenessRepository:
    """Collects what events tell of children, and writes it in a few statements before the commit (`flush`)."""

    def __init__(self, connection: AsyncConnection, likeness: Likeness) -> None:
        self._connection = connection
        self._likeness = likeness
        self._told: dict[str, dict[tuple[str, str], datetime]] = {}
        self._anew: dict[str, None] = {}

    async def set_child(
        self, child_id: str, family_name_keys: Sequence[str], home_keys: Sequence[str], at: datetime, *, new: bool
    ) -> None:
        kinds = {LikenessKind.FAMILY_NAME: family_name_keys, LikenessKind.HOME: home_keys}
        self._told[child_id] = {(kind.value, key): at for kind, keys in kinds.items() for key in keys}
        if not new:
            self._anew[child_id] = None

    async def set_name(self, practitioner_id: str, name: str, at: datetime) -> None:
        await self._set(practitioner_id, LikenessKind.FAMILY_NAME, self._likeness.family_names_of(name), at)

    async def set_home(self, practitioner_id: str, home: Home, at: datetime) -> None:
        keys = self._likeness.homes([(home.postcode, home.address_line)])
        await self._set(practitioner_id, LikenessKind.HOME, keys, at)

    async def end(self, practitioner_id: str, at: datetime) -> None:
        for kind in LikenessKind:
            await self._set(practitioner_id, kind, [], at)

    async def forget_home(self, practitioner_id: str) -> None:
        home = _held.kind == LikenessKind.HOME.value
        await self._connection.execute(
            sa.delete(practitioner_likenesses).where(_held.practitioner_id == practitioner_id, home)
        )

    async def forget_ended(self, before: datetime) -> None:
        await self._connection.execute(sa.delete(practitioner_likenesses).where(_held.until <= before))

    async def homes_of(self, viewer_ids: Collection[str]) -> dict[str, list[Key]]:
        query = (
            sa.select(practitioners.c.practitioner_id, _held.key, _held.since, _held.until)
            .join(POSTS, ONE_PERSON)
            .join(practitioner_likenesses, _held.practitioner_id == POSTS.c.practitioner_id)
            .where(practitioners.c.practitioner_id.in_(viewer_ids), _held.kind == LikenessKind.HOME.value)
        )
        found: dict[str, list[Key]] = defaultdict(list)
        for viewer_id, *key in await self._connection.execute(query):
            found[viewer_id].append(Key(*key))
        return found

    async def homes_of_children(self, child_ids: Collection[str]) -> dict[str, list[Key]]:
        records = {child_id: {child_id} for child_id in child_ids}
        mine, others = merged_records.alias("mine"), merged_records.alias("others")
        together = sa.select(mine.c.record_id, others.c.record_id).join_from(
            mine, others, mine.c.root_id == others.c.root_id
        )
        for child_id, record_id in await self._connection.execute(together.where(mine.c.record_id.in_(child_ids))):
            records[child_id].add(record_id)
        query = sa.select(_child.child_id, _child.key, _child.since)
        query = query.where(_child.child_id.in_(set().union(*records.values())), _child.kind == LikenessKind.HOME.value)
        held: dict[str, list[Key]] = defaultdict(list)
        for record_id, *key in await self._connection.execute(query):
            held[record_id].append(Key(*key))
        return {
            child_id: [key for each in sorted(theirs) for key in held[each]] for child_id, theirs in records.items()
        }

    async def flush(self) -> None:
        rows = [
            {"child_id": child_id, "kind": kind, "key": key, "since": since}
            for child_id, keys in sorted(self._told.items())
            for (kind, key), since in keys.items()
        ]
        if self._anew:
            await self._drop_gone()
        if rows:
            # What was known before stays known since then.
            await self._connection.execute(self._insert(child_likenesses).on_conflict_do_nothing(), rows)
        self._told, self._anew = {}, {}

    async def _drop_gone(self) -> None:
        present = sa.select(_child.child_id, _child.kind, _child.key).where(_child.child_id.in_(self._anew))
        gone = [
            {"of": child_id, "as": kind, "by": key}
            for child_id, kind, key in await self._connection.execute(present)
            if (kind, key) not in self._told[child_id]
        ]
        if gone:
            same = (column == sa.bindparam(name) for column, name in zip(_child, ("of", "as", "by"), strict=False))
            await self._connection.execute(sa.delete(child_likenesses).where(*same), gone)

    async def _set(self, practitioner_id: str, kind: LikenessKind, keys: Iterable[str], at: datetime) -> None:
        wanted = set(keys)
        theirs = sa.and_(_held.practitioner_id == practitioner_id, _held.kind == kind.value, _held.until.is_(None))
        present = set((await self._connection.execute(sa.select(_held.key).where(theirs))).scalars())
        if left := present - wanted:
            ended = sa.update(practitioner_likenesses).where(theirs, _held.key.in_(left)).values(until=at)
            await self._connection.execute(ended)
        if new := wanted - present:
            common = {"practitioner_id": practitioner_id, "kind": kind.value, "since": at}
            again = self._insert(practitioner_likenesses).on_conflict_do_update(
                index_elements=["practitioner_id", "kind", "key", "since"], set_={"until": None}
            )
            await self._connection.execute(again, [{**common, "key": key} for key in sorted(new)])

    def _insert(self, table: sa.Table) -> Any:
        """INSERT ... ON CONFLICT, which both databases have, each by its own construct."""
        sqlite_here = self._connection.dialect.name == "sqlite"
        return sqlite.insert(table) if sqlite_here else postgresql.insert(table)
