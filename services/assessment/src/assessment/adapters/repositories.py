"""The repositories over SQLAlchemy Core, the same on SQLite and PostgreSQL."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from assessment.adapters.tables import assessments, contribution_versions, contributions, drafts, messaging
from assessment.domain.assessments import Assessment, Contribution, Status
from chassis.idempotency import forget_answers

_BEGINNING = 0x62656769  # "begi": the lock of a child of whom an assessment is being begun


class SqlAssessments:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, assessment: Assessment) -> None:
        await self._connection.execute(sa.insert(assessments).values(**asdict(assessment)))

    async def purge(self, child_id: str, at: datetime) -> None:
        await forget_answers(self._connection, messaging, at)
        theirs = sa.select(assessments.c.assessment_id).where(assessments.c.child_id == child_id)
        for table in (drafts, contribution_versions, contributions, assessments):
            await self._connection.execute(sa.delete(table).where(table.c.assessment_id.in_(theirs)))

    async def turn(self, child_id: str) -> None:
        # SQLite's writers take turns anyway.
        if self._connection.dialect.name == "postgresql":
            of_child = int.from_bytes(sha256(child_id.encode()).digest()[:4], signed=True)
            await self._connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_BEGINNING, of_child)))

    async def open_of(self, records: Collection[str]) -> list[Assessment]:
        table = assessments
        found = await self._connection.execute(
            sa.select(table)
            .where(table.c.child_id.in_(records), table.c.status != Status.CLOSED)
            .order_by(table.c.assessment_id)
        )
        return [assessment_of(row) for row in found]

    async def find(self, assessment_id: str) -> Assessment | None:
        found = await self._connection.execute(
            sa.select(assessments).where(assessments.c.assessment_id == assessment_id)
        )
        row = found.one_or_none()
        return None if row is None else assessment_of(row)

    async def of(self, assessment_ids: Collection[str]) -> list[Assessment]:
        query = sa.select(assessments).where(assessments.c.assessment_id.in_(assessment_ids))
        return [assessment_of(row) for row in await self._connection.execute(query)]

    async def hold(self, assessment_id: str, *, alone: bool) -> Assessment | None:
        # SQLite's writers take turns anyway.
        query = sa.select(assessments).where(assessments.c.assessment_id == assessment_id)
        row = (await self._connection.execute(query.with_for_update(read=not alone))).one_or_none()
        return None if row is None else assessment_of(row)

    async def move(self, assessment: Assessment, status: Status) -> Assessment:
        moved = replace(assessment, status=status, version=assessment.version + 1)
        await self._connection.execute(
            sa.update(assessments)
            .where(assessments.c.assessment_id == assessment.assessment_id)
            .values(status=moved.status, version=moved.version)
        )
        return moved

    async def contributed(self, sections: Mapping[str, Collection[str]]) -> set[str]:
        c = contributions.c
        # One condition for each form and reader, not for each assessment: a page of them is mostly of one form.
        of_keys: dict[frozenset[str], list[str]] = {}
        for assessment_id, keys in sections.items():
            if keys:
                of_keys.setdefault(frozenset(keys), []).append(assessment_id)
        if not of_keys:
            return set()
        seen = sa.or_(*(sa.and_(c.assessment_id.in_(ids), c.section_key.in_(keys)) for keys, ids in of_keys.items()))
        return set((await self._connection.execute(sa.select(c.assessment_id).where(seen).distinct())).scalars())

    async def of_child(self, records: Collection[str], before: str | None, limit: int) -> list[Assessment]:
        table = assessments
        wanted = sa.select(table).where(table.c.child_id.in_(records))
        if before is not None:
            wanted = wanted.where(table.c.assessment_id < before)
        # The ids are UUIDv7: their order is the order of time.
        found = await self._connection.execute(wanted.order_by(table.c.assessment_id.desc()).limit(limit))
        return [assessment_of(row) for row in found]


class SqlContributions:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def find(self, assessment_id: str, section_key: str, contributor_id: str) -> Contribution | None:
        found = await self._connection.execute(
            _STANDING.where(
                contributions.c.assessment_id == assessment_id,
                contributions.c.section_key == section_key,
                contributions.c.contributor_id == contributor_id,
            )
        )
        row = found.one_or_none()
        return None if row is None else Contribution(**row._mapping)

    async def of(self, assessment_id: str, section_keys: Collection[str]) -> list[Contribution]:
        found = await self._connection.execute(
            _STANDING.where(
                contributions.c.assessment_id == assessment_id, contributions.c.section_key.in_(section_keys)
            ).order_by(contributions.c.contributor_id)
        )
        return [Contribution(**row._mapping) for row in found]

    async def save(self, contribution: Contribution) -> bool:
        key = {
            "assessment_id": contribution.assessment_id,
            "section_key": contribution.section_key,
            "contributor_id": contribution.contributor_id,
        }
        stands = {"version": contribution.version, "updated_at": contribution.updated_at}
        if contribution.version == 1:
            saved = await inserted(self._connection, sa.insert(contributions).values(**key, **stands))
        else:
            # The version is part of the condition, so of two who save at once the database lets one through.
            changed = await self._connection.execute(
                sa.update(contributions)
                .where(*(contributions.c[name] == value for name, value in key.items()))
                .where(contributions.c.version == contribution.version - 1)
                .values(**stands)
            )
            saved = changed.rowcount == 1
        if saved:
            await self._connection.execute(
                sa.insert(contribution_versions).values(
                    **key,
                    version=contribution.version,
                    content=contribution.content,
                    saved_at=contribution.updated_at,
                )
            )
        return saved

    async def versions(self, assessment_id: str, section_keys: Collection[str]) -> list[Contribution]:
        table = contribution_versions
        found = await self._connection.execute(
            sa.select(table).where(table.c.assessment_id == assessment_id, table.c.section_key.in_(section_keys))
        )
        return [_version(row) for row in found]

    async def history(self, assessment_id: str, section_key: str, offset: int, limit: int) -> list[Contribution]:
        table = contribution_versions
        found = await self._connection.execute(
            sa.select(table)
            .where(table.c.assessment_id == assessment_id, table.c.section_key == section_key)
            .order_by(table.c.saved_at, table.c.contributor_id, table.c.version)
            .offset(offset)
            .limit(limit)
        )
        return [_version(row) for row in found]


def _version(row: sa.Row[Any]) -> Contribution:
    return Contribution(row.assessment_id, row.section_key, row.contributor_id, row.content, row.version, row.saved_at)


_STANDING = sa.select(
    contributions.c.assessment_id,
    contributions.c.section_key,
    contributions.c.contributor_id,
    contribution_versions.c.content,
    contributions.c.version,
    contributions.c.updated_at,
).join_from(
    contributions,
    contribution_versions,
    sa.and_(
        *(
            contributions.c[name] == contribution_versions.c[name]
            for name in ("assessment_id", "section_key", "contributor_id", "version")
        )
    ),
)


async def inserted(connection: AsyncConnection, row: sa.Insert) -> bool:
    """False where the row stands in the way of a unique index; the transaction goes on either way."""
    try:
        async with connection.begin_nested():
            await connection.execute(row)
    except IntegrityError:
        return False
    return True


def assessment_of(row: sa.Row[Any]) -> Assessment:
    """Of a row that has the columns of the assessments' table, and maybe more."""
    values = {column.name: getattr(row, column.name) for column in assessments.columns}
    return Assessment(**{**values, "status": Status(row.status)})
