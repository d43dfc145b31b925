"""The versions of templates that were used, in the database."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from assessment.adapters.tables import used_templates


class SqlUsedTemplates:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def all(self) -> dict[tuple[str, int], str | None]:
        found = await self._connection.execute(
            sa.select(used_templates.c.template_id, used_templates.c.version, used_templates.c.content_hash)
        )
        return {(row.template_id, row.version): row.content_hash for row in found}

    async def note(self, template_id: str, version: int, content_hash: str, at: datetime) -> None:
        table = used_templates
        this = sa.and_(table.c.template_id == template_id, table.c.version == version)
        known = (await self._connection.execute(sa.select(table.c.content_hash).where(this))).one_or_none()
        if known is None:
            try:
                async with self._connection.begin_nested():
                    await self._connection.execute(
                        sa.insert(table).values(
                            template_id=template_id, version=version, content_hash=content_hash, first_used_at=at
                        )
                    )
            except IntegrityError:
                pass  # noted at this moment by another
        elif known.content_hash is None:
            await self._connection.execute(
                sa.update(table).where(this, table.c.content_hash.is_(None)).values(content_hash=content_hash)
            )
