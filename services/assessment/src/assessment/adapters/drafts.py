"""Drafts in the database. Each statement names the author, so that nobody else's can come back."""

from collections.abc import Collection
from dataclasses import asdict

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from assessment.adapters.repositories import assessment_of, inserted
from assessment.adapters.tables import assessments, drafts
from assessment.domain.assessments import Draft, DraftPlace


class SqlDrafts:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def find(self, assessment_id: str, section_key: str, author_id: str) -> Draft | None:
        found = await self._connection.execute(
            sa.select(drafts).where(
                drafts.c.assessment_id == assessment_id,
                drafts.c.section_key == section_key,
                drafts.c.author_id == author_id,
            )
        )
        row = found.one_or_none()
        return None if row is None else Draft(**row._mapping)

    async def save(self, draft: Draft, before: str | None) -> bool:
        if before is None:
            return await inserted(self._connection, sa.insert(drafts).values(**asdict(draft)))
        changed = await self._connection.execute(
            sa.update(drafts)
            .where(*_own(draft), drafts.c.revision == before)
            .values(revision=draft.revision, content=draft.content, saved_at=draft.saved_at)
        )
        return changed.rowcount == 1

    async def drop(self, draft: Draft) -> bool:
        gone = await self._connection.execute(
            sa.delete(drafts).where(*_own(draft), drafts.c.revision == draft.revision)
        )
        return gone.rowcount == 1

    async def children_of(self, author_id: str, limit: int) -> list[str]:
        newest = sa.func.max(drafts.c.assessment_id)
        query = (
            sa.select(assessments.c.child_id)
            .join_from(drafts, assessments)
            .where(drafts.c.author_id == author_id)
            .group_by(assessments.c.child_id)
            .order_by(newest.desc())
            .limit(limit)
        )
        return list((await self._connection.execute(query)).scalars())

    async def places_of(self, author_id: str, records: Collection[str]) -> list[DraftPlace]:
        query = (
            sa.select(assessments, drafts.c.section_key, drafts.c.saved_at)
            .join_from(drafts, assessments)
            .where(drafts.c.author_id == author_id, assessments.c.child_id.in_(records))
            .order_by(drafts.c.assessment_id.desc(), drafts.c.section_key)
        )
        found = await self._connection.execute(query)
        return [DraftPlace(assessment_of(row), row.section_key, row.saved_at) for row in found]


def _own(draft: Draft) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        drafts.c.assessment_id == draft.assessment_id,
        drafts.c.section_key == draft.section_key,
        drafts.c.author_id == draft.author_id,
    )
