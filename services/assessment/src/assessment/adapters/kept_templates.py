"""An authority's own templates that were put over HTTP, in the database."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from assessment.adapters.kept_template_tables import kept_templates


class SqlKeptTemplates:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def beside(self, known: Collection[tuple[str, int]]) -> list[dict[str, Any]]:
        table = kept_templates.c
        keys = await self._connection.execute(sa.select(table.template_id, table.version))
        missing = {(row.template_id, row.version) for row in keys} - set(known)
        if not missing:
            return []
        ids = sorted({template_id for template_id, _ in missing})
        rows = await self._connection.execute(
            sa.select(kept_templates).where(table.template_id.in_(ids)).order_by(table.template_id, table.version)
        )
        return [
            {**row.data, "template_id": row.template_id, "version": row.version}
            for row in rows
            if (row.template_id, row.version) in missing
        ]

    async def add(self, template_id: str, version: int, data: dict[str, Any], by: str, at: datetime) -> bool:
        values = {"template_id": template_id, "version": version, "data": data, "put_by": by, "put_at": at}
        try:
            async with self._connection.begin_nested():
                await self._connection.execute(sa.insert(kept_templates).values(**values))
        except IntegrityError:
            return False
        return True
