"""The service directory over SQLAlchemy Core, the same on SQLite and PostgreSQL."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from assessment.adapters.referral_tables import directory_entries, directory_places, directory_terms
from assessment.domain.service_directory import (
    Entry,
    EntryStatus,
    Findable,
    Place,
    Term,
    Wanted,
    box_around,
    kilometres,
)
from chassis.bulk import insert_rows, is_sqlite

_e, _t, _p = directory_entries.c, directory_terms.c, directory_places.c
_CHUNK, _FEW = 500, 100
_ENTRY = (_e.entry_id, _e.document, _e.service_id, _e.sensitive, _e.version)


class SqlServiceDirectory:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def find(self, entry_id: str) -> Entry | None:
        return (await self.of([entry_id])).get(entry_id)

    async def of(self, entry_ids: Collection[str]) -> dict[str, Entry]:
        wanted = list(entry_ids)
        found: dict[str, Entry] = {}
        for start in range(0, len(wanted), _CHUNK):
            query = sa.select(*_ENTRY).where(_e.entry_id.in_(wanted[start : start + _CHUNK]))
            found |= {row.entry_id: _entry(row) for row in await self._connection.execute(query)}
        return found

    async def save(self, entries: Sequence[tuple[Entry, Findable]], by: str, at: datetime) -> list[str]:
        found_by = {entry.entry_id: found for entry, found in entries}
        rows = {entry.entry_id: _row(entry, found, by, at) for entry, found in entries}
        new = [rows[entry.entry_id] for entry, _ in entries if entry.version == 1]
        saved: set[str] = set()
        for start in range(0, len(new), _FEW):
            saved |= await self._add(new[start : start + _FEW])
        for entry, _ in entries:
            if entry.version > 1:
                same = sa.and_(_e.entry_id == entry.entry_id, _e.version == entry.version - 1)
                values = rows[entry.entry_id]
                changed = await self._connection.execute(sa.update(directory_entries).where(same).values(**values))
                saved |= {entry.entry_id} if changed.rowcount == 1 else set()
        await self._index([(entry_id, found_by[entry_id]) for entry_id in rows if entry_id in saved])
        return [entry_id for entry_id in rows if entry_id not in saved]

    async def search(
        self, wanted: Wanted, after: tuple[float, str] | None, limit: int
    ) -> list[tuple[Entry, float | None]]:
        fits = self._fits(wanted)
        if wanted.near is not None:
            return await self._nearest(wanted.near, wanted.within_km, fits, after, limit)
        query = sa.select(*_ENTRY).where(*fits)
        if after is not None:
            query = query.where(_e.entry_id > after[1])
        rows = await self._connection.execute(query.order_by(_e.entry_id).limit(limit))
        return [(_entry(row), None) for row in rows]

    async def count(self) -> int:
        query = sa.select(sa.func.count()).select_from(directory_entries)
        return int((await self._connection.execute(query)).scalar_one())

    async def page(self, offset: int, limit: int) -> list[Entry]:
        query = sa.select(*_ENTRY).order_by(_e.entry_id).offset(offset).limit(limit)
        return [_entry(row) for row in await self._connection.execute(query)]

    async def _add(self, rows: list[dict[str, Any]]) -> set[str]:
        """The ids of those that were not there."""
        # Both dialects have the same ON CONFLICT methods, but no common type that says so.
        insert: Any = (sqlite if is_sqlite(self._connection) else postgresql).insert(directory_entries)
        added = insert.values(rows).on_conflict_do_nothing().returning(_e.entry_id)
        return set((await self._connection.execute(added)).scalars())

    async def _index(self, saved: Sequence[tuple[str, Findable]]) -> None:
        ids = [entry_id for entry_id, _ in saved]
        for start in range(0, len(ids), _CHUNK):
            of_these = ids[start : start + _CHUNK]
            for column in (_t.entry_id, _p.entry_id):
                await self._connection.execute(sa.delete(column.table).where(column.in_(of_these)))
        terms = [
            {"entry_id": entry_id, "kind": kind.value, "term": term}
            for entry_id, found_by in saved
            for kind, term in sorted(found_by.terms)
        ]
        places = [
            {"entry_id": entry_id, "number": number, "latitude": place.latitude, "longitude": place.longitude}
            for entry_id, found_by in saved
            for number, place in enumerate(found_by.places)
        ]
        await insert_rows(self._connection, directory_terms, terms)
        await insert_rows(self._connection, directory_places, places)

    @staticmethod
    def _fits(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
        fits: list[sa.ColumnElement[bool]] = [_e.status == EntryStatus.ACTIVE.value]
        fits += [_has(kind, word) for kind, word in wanted.words]
        if wanted.need:
            every = sa.and_(*(_has(Term.NEED, word) for word in wanted.need))
            fits.append(sa.or_(every, _has(Term.CODE, wanted.need_code)))
        if wanted.age is not None:
            fits.append(sa.or_(_e.age_from.is_(None), _e.age_from <= wanted.age))
            fits.append(sa.or_(_e.age_below.is_(None), _e.age_below > wanted.age))
        return fits

    async def _nearest(
        self,
        near: Place,
        within_km: float,
        fits: list[sa.ColumnElement[bool]],
        after: tuple[float, str] | None,
        limit: int,
    ) -> list[tuple[Entry, float | None]]:
        """The database finds what is in a box around; the distances are worked out here, since SQLite has no sine."""
        box = box_around(near, within_km)
        between = (
            _p.longitude.between(box.west, box.east)
            if box.west <= box.east
            else sa.or_(_p.longitude >= box.west, _p.longitude <= box.east)
        )
        query = sa.select(_p.entry_id, _p.latitude, _p.longitude).join(directory_entries, _e.entry_id == _p.entry_id)
        rows = await self._connection.execute(query.where(_p.latitude.between(box.south, box.north), between, *fits))
        nearest: dict[str, float] = {}
        for row in rows:
            distance = kilometres(near, Place(row.latitude, row.longitude))
            if distance <= within_km:
                nearest[row.entry_id] = min(distance, nearest.get(row.entry_id, distance))
        order = sorted((distance, entry_id) for entry_id, distance in nearest.items())
        shown = [each for each in order if after is None or each > after][:limit]
        entries = await self.of([entry_id for _, entry_id in shown])
        return [(entries[entry_id], distance) for distance, entry_id in shown]


def _row(entry: Entry, found_by: Findable, by: str, at: datetime) -> dict[str, Any]:
    return {
        "entry_id": entry.entry_id,
        "document": dict(entry.document),
        "status": entry.status.value,
        "service_id": entry.service_id,
        "sensitive": entry.sensitive,
        "age_from": found_by.age_from,
        "age_below": found_by.age_below,
        "version": entry.version,
        "changed_by": by,
        "changed_at": at,
    }


def _has(kind: Term, word: str) -> sa.ColumnElement[bool]:
    return sa.exists().where(_t.entry_id == _e.entry_id, _t.kind == kind.value, _t.term == word)


def _entry(row: Any) -> Entry:
    return Entry(row.entry_id, row.document, row.service_id, bool(row.sensitive), row.version)
