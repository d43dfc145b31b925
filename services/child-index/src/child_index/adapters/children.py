"""Reading and writing the children of the index."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.bulk import VERY_MANY, copy_in, insert_new, insert_numbered, insert_rows, is_sqlite, put, update_rows
from chassis.ids import Clock, new_id
from child_index.adapters import tables
from child_index.adapters.names import NAMES, hide
from child_index.adapters.near import near
from child_index.adapters.sql import Statement, among, insert_pairs
from child_index.application.ports import Votes
from child_index.domain.person import NUMBERED, Address, ChildRecord, Name, Person
from child_index.domain.placement import Changes, SourceRecord

_LOCK = 0x6368696C  # "chil": whoever matches or creates holds it until the transaction ends

_child, _names, _addresses = tables.children, tables.other_names, tables.addresses
_keys, _sources = tables.blocking_keys, tables.source_records
_hidden_keys = tables.hidden_keys


_RECORD = [
    _child.c[name]
    for name in (
        *("child_no", "child_id", "given_name", "family_name", "date_of_birth", "born_accuracy"),
        *("sex", "nhs_number", "upn", "root_no", "died_on"),
    )
]
_PLACE = [_addresses.c[name] for name in ("address_line", "postcode", "since", "until", "uprn")]


_BY_ID, _BY_NUMBER, _BY_ROOT = (
    Statement(lambda listed, column=_child.c[name]: sa.select(*_RECORD).where(listed(column, "which")))  # type: ignore[misc]
    for name in ("child_id", "child_no", "root_no")
)
_ADDRESSES = Statement(
    lambda listed: (
        sa.select(_addresses.c.child_no, *_PLACE)
        .where(listed(_addresses.c.child_no, "numbers"))
        .order_by(_addresses.c.since.desc(), _addresses.c.address_id.desc())
    )
)


class SqlChildren:
    def __init__(self, connection: AsyncConnection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    async def hold(self) -> int | None:
        if is_sqlite(self._connection):  # an SQLite transaction that may write is alone from its start
            return None
        await self._connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        turn = await self._connection.execute(sa.select(tables.index_turns.next_value()))
        return int(turn.scalar_one())

    async def number_of(self, child_id: str) -> int | None:
        found = await self._connection.execute(sa.select(_child.c.child_no).where(_child.c.child_id == child_id))
        return found.scalar_one_or_none()

    async def roots(self, child_ids: Collection[str]) -> dict[str, str]:
        if not child_ids:
            return {}
        root = _child.alias("root")
        found = await self._connection.execute(
            sa.select(_child.c.child_id, sa.func.coalesce(root.c.child_id, _child.c.child_id).label("root_id"))
            .join_from(_child, root, _child.c.root_no == root.c.child_no, isouter=True)
            .where(among(self._connection, _child.c.child_id, child_ids))
        )
        return {row.child_id: row.root_id for row in found}

    async def records(self, child_ids: Collection[str]) -> list[ChildRecord]:
        if not child_ids:
            return []
        return await self._load(_BY_ID, child_ids)

    async def numbered(self, numbers: Collection[int]) -> list[ChildRecord]:
        return await self._load(_BY_NUMBER, numbers) if numbers else []

    async def with_members(self, child_ids: Collection[str]) -> list[ChildRecord]:
        return await self._completed(await self.records(child_ids))

    async def _completed(self, records: list[ChildRecord]) -> list[ChildRecord]:
        """The records, and those that answer as one with any of them."""
        sets = {record.root_no for record in records if record.root_no is not None}
        if not sets:
            return records
        known = {record.child_id for record in records}
        members = await self._load(_BY_ROOT, sets)
        return records + [record for record in members if record.child_id not in known]

    async def sharing(self, keys: Collection[int], limit: int, *, hidden: bool = False) -> list[ChildRecord]:
        if not keys:
            return []
        count = sa.func.count()
        held: Any = _keys
        if hidden:
            both = (sa.select(table).where(among(self._connection, table.c.h, keys)) for table in (_keys, _hidden_keys))
            held = sa.union(*both).subquery()
        best = (
            sa.select(held.c.child_no)
            .where(among(self._connection, held.c.h, keys))
            .group_by(held.c.child_no)
            .order_by(count.desc(), held.c.child_no)
            .limit(limit)
        )
        numbers = list((await self._connection.execute(best)).scalars())
        if not numbers:
            return []
        return await self._completed(await self._load(_BY_NUMBER, numbers))

    async def neighbours(
        self, sought: Sequence[Mapping[int, int]], also: Collection[str]
    ) -> tuple[list[ChildRecord], list[Votes]]:
        found = await near(self._connection, sought)
        numbers = set().union(*found)
        records = await self._load(_BY_NUMBER, numbers) if numbers else []
        ids = {record.child_no: record.child_id for record in records}
        missing = set(also) - set(ids.values())
        votes = [{ids[number]: each for number, each in one.items()} for one in found]
        return await self._completed(records + await self.records(missing)), [*votes]

    async def _load(self, statement: Statement, which: Collection[int] | Collection[str]) -> list[ChildRecord]:
        rows = (await statement(self._connection, which=which)).all()
        numbers = [row[0] for row in rows]
        names: dict[int, list[Name]] = defaultdict(list)
        hidden: dict[int, list[Name]] = defaultdict(list)
        addresses: dict[int, list[Address]] = defaultdict(list)
        if numbers:
            for row in await NAMES(self._connection, numbers=numbers):
                (hidden if row.hidden else names)[row.child_no].append((row.given_name, row.family_name))
            for number, *place in await _ADDRESSES(self._connection, numbers=numbers):
                addresses[number].append(Address(*place))
        return [
            ChildRecord(
                child_id=child_id,
                child_no=number,
                given_name=given,
                family_name=family,
                date_of_birth=born,
                sex=sex,
                nhs_number=nhs_number,
                upn=upn,
                other_names=tuple(names.get(number, ())),
                addresses=tuple(addresses.get(number, ())),
                root_no=root,
                died_on=died,
                hidden_names=tuple(hidden.get(number, ())),
                born_accuracy=accuracy,
            )
            # By their places, which takes half the time of their names: a list's rows bring several records each.
            for number, child_id, given, family, born, accuracy, sex, nhs_number, upn, root, died in rows
        ]

    async def sources(self, source: str, keys: Collection[str]) -> dict[str, SourceRecord]:
        if not keys:
            return {}
        found = await self._connection.execute(
            sa.select(_sources, _child.c.child_id, _child.c.root_no)
            .join_from(_sources, _child, _sources.c.child_no == _child.c.child_no, isouter=True)
            .where(_sources.c.source == source, among(self._connection, _sources.c.source_key, keys))
        )
        return {
            row.source_key: SourceRecord(
                said=Person.from_json(row.submitted) if row.submitted else None,
                child_id=row.child_id,
                review_id=row.review_id,
                pending=row.pending,
                child_no=row.child_no,
                alone=row.root_no is None,
            )
            for row in found
        }

    async def claimed(self, source: str, numbers: Collection[int]) -> frozenset[int]:
        found = await self._connection.execute(
            sa.select(_sources.c.child_no).where(
                among(self._connection, _sources.c.child_no, numbers),
                _sources.c.source == source,
                _sources.c.source_key.startswith(NUMBERED, autoescape=True),
            )
        )
        return frozenset(found.scalars())

    async def save(self, changes: Changes, source: str, numbers: Mapping[str, int] | None = None) -> dict[str, int]:
        now = self._clock()
        new = await self._add(changes.added.values(), now)
        await self._amend(changes.amended.values(), now)
        known = dict(numbers or {}) | new
        known |= {id_: before.child_no for id_, (before, _) in changes.amended.items() if before.child_no is not None}
        # In their order, so that neighbours in the index are written together; what a new child has is new.
        told = changes.keys.items()
        fresh = [(key, number) for id_, number in new.items() for key in set(changes.keys.get(id_, ()))]
        fresh.sort(key=itemgetter(0))
        added = sorted([(key, known[id_]) for id_, keys in told if id_ not in new for key in keys])
        if len(fresh) >= VERY_MANY and not is_sqlite(self._connection):
            await copy_in(self._connection, _keys, ("h", "child_no"), fresh)
        else:
            added = sorted(fresh + added)
        await insert_pairs(self._connection, _keys, ("h", "child_no"), added)
        await self._save_sources(changes, source, known)
        return new

    async def _add(self, records: Collection[ChildRecord], now: datetime) -> dict[str, int]:
        if not records:
            return {}
        rows = [{**_row(record), "child_id": record.child_id, "created_at": now} for record in records]
        numbers = await insert_numbered(self._connection, _child, "child_no", "child_id", rows)
        await self._add_names([(numbers[r.child_id], name) for r in records for name in r.other_names], now)
        await self._add_addresses([(numbers[r.child_id], a) for r in records for a in reversed(r.addresses)])
        return numbers

    async def _amend(self, amended: Collection[tuple[ChildRecord, ChildRecord]], now: datetime) -> None:
        changed: list[dict[str, object]] = []
        told: list[tuple[int, tuple[str, str]]] = []
        dropped: list[dict[str, object]] = []
        moved: list[tuple[int, Address]] = []
        left: list[tuple[int, Address]] = []
        for before, after in amended:
            number = before.child_no
            assert number is not None
            if _row(before) != _row(after):
                changed.append({**_row(after), "child_no": number})
            told += [(number, name) for name in after.other_names if name not in before.other_names]
            dropped += [
                {"number": number, "given": given, "family": family}
                for given, family in before.other_names
                if (given, family) not in after.other_names
            ]
            moved += [(number, each) for each in reversed(after.addresses) if each not in before.addresses]
            left += [(number, each) for each in before.addresses if each not in after.addresses]
        await update_rows(self._connection, _child, "child_no", changed)
        await self._add_names(told, now)
        if dropped:
            await self._connection.execute(
                sa.delete(_names).where(
                    _names.c.child_no == sa.bindparam("number"),
                    _names.c.given_name == sa.bindparam("given"),
                    _names.c.family_name == sa.bindparam("family"),
                ),
                dropped,
            )
        await hide(self._connection, amended, now)
        await self._add_addresses(moved)
        for number, address in left:
            await self._connection.execute(
                sa.delete(_addresses).where(
                    _addresses.c.child_no == number,
                    _addresses.c.address_line.is_not_distinct_from(address.address_line),
                    _addresses.c.postcode.is_not_distinct_from(address.postcode),
                    _addresses.c.since == address.since,
                    _addresses.c.until.is_not_distinct_from(address.until),
                    _addresses.c.uprn.is_not_distinct_from(address.uprn),
                )
            )

    async def drop_keys(self, child_no: int, keys: Collection[int]) -> None:
        if keys:
            await self._connection.execute(
                sa.delete(_keys).where(_keys.c.child_no == child_no, among(self._connection, _keys.c.h, keys))
            )

    async def _add_names(self, names: Iterable[tuple[int, tuple[str, str]]], now: datetime) -> None:
        rows = [
            {"child_no": number, "given_name": given, "family_name": family, "recorded_at": now}
            for number, (given, family) in names
        ]
        await insert_new(self._connection, _names, rows)

    async def _add_addresses(self, addresses: Iterable[tuple[int, Address]]) -> None:
        rows = [
            {
                "address_id": new_id(),
                "child_no": number,
                "address_line": address.address_line,
                "postcode": address.postcode,
                "since": address.since,
                "until": address.until,
                "uprn": address.uprn,
            }
            for number, address in addresses
        ]
        await insert_rows(self._connection, _addresses, rows)

    async def _save_sources(self, changes: Changes, source: str, numbers: dict[str, int]) -> None:
        linked = {record.child_id for record in changes.sources.values() if record.child_id} - numbers.keys()
        if linked:
            found = await self._connection.execute(
                sa.select(_child.c.child_id, _child.c.child_no).where(
                    among(self._connection, _child.c.child_id, linked)
                )
            )
            numbers |= {row.child_id: row.child_no for row in found}
        first: list[dict[str, object]] = []
        again: list[dict[str, object]] = []
        for key, record in changes.sources.items():
            row: dict[str, object] = {
                "source": source,
                "source_key": key,
                "submitted": record.said.to_json() if record.said else None,
                "child_no": numbers[record.child_id] if record.child_id else None,
                "review_id": record.review_id,
                "pending": record.pending,
            }
            (first if key in changes.first else again).append(row)
        await insert_rows(self._connection, _sources, first)
        await put(self._connection, _sources, again)

    async def population(self) -> int:
        return (await self._connection.execute(sa.select(sa.func.max(_child.c.child_no)))).scalar_one() or 0

    async def name_counts(self) -> tuple[Mapping[str, int], Mapping[str, int]]:
        counts: list[dict[str, int]] = []
        for column in (_child.c.given_name, _child.c.family_name):
            found = await self._connection.execute(sa.select(column, sa.func.count()).group_by(column))
            counts.append({row[0]: row[1] for row in found})
        return counts[0], counts[1]


def _row(record: ChildRecord) -> dict[str, object]:
    return {
        "given_name": record.given_name,
        "family_name": record.family_name,
        "date_of_birth": record.date_of_birth,
        "born_accuracy": record.born_accuracy,
        "sex": record.sex,
        "nhs_number": record.nhs_number,
        "upn": record.upn,
        "died_on": record.died_on,
    }
