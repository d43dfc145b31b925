"""Drafts in the database. Each statement names the author, so that nobody else's can come back."""

from dataclasses import asdict

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from assessment.adapters.repositories import inserted
from assessment.adapters.tables import drafts
from assessment.domain.assessments import Draft


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


def _own(draft: Draft) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        drafts.c.assessment_id == draft.assessment_id,
        drafts.c.section_key == draft.section_key,
        drafts.c.author_id == draft.author_id,
    )
