"""Versions of the matcher's numbers, and the pairs that they are estimated from."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.errors import Conflict
from chassis.ids import Clock
from child_index.adapters import tables
from child_index.adapters.sql import among
from child_index.application.weights_ports import Estimate, Turn
from child_index.domain.matching import DEFAULT_WEIGHTS, Band, NameFrequencies, Odds, Weights
from child_index.domain.matching.estimation import ASSUMED
from child_index.domain.person import Person
from child_index.domain.statements import Kind

_said, _weights, _turns = tables.statements, tables.matching_weights, tables.matching_weights_in_force
_CHUNK = 2_000


class SqlWeights:
    def __init__(self, connection: AsyncConnection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    async def numbered_pairs(self, most: int, draw: int) -> list[tuple[Person, Person]]:
        linked = sa.and_(_said.c.kind == Kind.LINKED.value, _said.c.undone_at.is_(None))
        counted = await self._connection.execute(sa.select(sa.func.count(sa.distinct(_said.c.child_no))).where(linked))
        every = max(1, -(-counted.scalar_one() // most))
        drawn = await self._connection.execute(
            sa.select(_said.c.child_no)
            .where(linked, _said.c.child_no % every == draw % every)
            .distinct()
            .order_by(_said.c.child_no)
            .limit(2 * most)  # numbers may lie unevenly
        )
        numbers = list(drawn.scalars())
        pairs: list[tuple[Person, Person]] = []
        for first in range(0, len(numbers), _CHUNK):
            pairs += await self._pairs_of(numbers[first : first + _CHUNK])
        return pairs

    async def _pairs_of(self, numbers: Sequence[int]) -> list[tuple[Person, Person]]:
        which = sa.and_(among(self._connection, _said.c.child_no, numbers), _said.c.undone_at.is_(None))
        rows = await self._connection.execute(
            sa.select(_said.c.child_no, _said.c.source, _said.c.person)
            .where(which)
            .order_by(_said.c.child_no, _said.c.statement_no)
        )
        pairs = []
        for _, group in groupby(rows, key=lambda row: row.child_no):
            last = {row.source: Person.from_json(row.person) for row in group}
            first, *others = last.values()
            pairs += [(first, each) for each in others if first.nhs_number and each.nhs_number == first.nhs_number]
        return pairs

    async def next_number(self) -> int:
        found = await self._connection.execute(sa.select(sa.func.max(_weights.c.number)))
        return (found.scalar_one() or 0) + 1

    async def add(self, number: int, estimate: Estimate) -> None:
        given, family = estimate.frequencies.shares
        row = {
            "number": number,
            "version": estimate.weights.version,
            "made_at": estimate.made_at,
            "made_by": estimate.made_by,
            "pairs": estimate.pairs,
            "counts": {table: dict(bands) for table, bands in estimate.counts.items()},
            "odds": {table: dict(getattr(estimate.weights, table)) for table in ASSUMED},
            "names": {"given": dict(given), "family": dict(family)},
        }
        try:
            await self._connection.execute(sa.insert(_weights).values(row))
        except IntegrityError as error:
            raise Conflict("Another estimate was made meanwhile", code="estimated-meanwhile") from error

    async def get(self, version: str) -> Estimate | None:
        found = await self._connection.execute(sa.select(_weights).where(_weights.c.version == version))
        row = found.one_or_none()
        return None if row is None else _estimate(row, row.names)

    async def newest(self, limit: int) -> list[Estimate]:
        columns = [column for column in _weights.c if column.name != "names"]
        found = await self._connection.execute(sa.select(*columns).order_by(_weights.c.number.desc()).limit(limit))
        return [_estimate(row, {"given": {}, "family": {}}) for row in found]

    async def in_force(self) -> Turn | None:
        found = await self._connection.execute(sa.select(_turns).order_by(_turns.c.turn.desc()).limit(1))
        row = found.one_or_none()
        return None if row is None else Turn(row.version, row.since, row.by)

    async def put_in_force(self, version: str, by: str) -> None:
        await self._connection.execute(sa.insert(_turns).values(version=version, since=self._clock(), by=by))


def _estimate(row: Any, names: dict[str, dict[str, float]]) -> Estimate:
    """A band that the code has learnt since the estimate was made has the built-in odds."""
    odds: dict[str, Any] = {
        table: {**getattr(DEFAULT_WEIGHTS, table), **{Band(band): Odds(*bits) for band, bits in bands.items()}}
        for table, bands in row.odds.items()
    }
    weights: Weights = replace(DEFAULT_WEIGHTS, version=row.version, **odds)
    return Estimate(
        weights=weights,
        frequencies=NameFrequencies.from_shares(names["given"], names["family"]),
        counts={table: {Band(band): count for band, count in bands.items()} for table, bands in row.counts.items()},
        pairs=row.pairs,
        made_at=row.made_at,
        made_by=row.made_by,
    )
