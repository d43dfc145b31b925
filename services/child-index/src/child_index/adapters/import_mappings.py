"""What agencies have said of their lists."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.bulk import put
from chassis.ids import Clock
from child_index.adapters import tables
from child_index.domain.roll_forms import Mapping

_mappings = tables.import_mappings


class SqlMappings:
    def __init__(self, connection: AsyncConnection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    async def get(self, service_id: str) -> Mapping | None:
        found = await self._connection.execute(sa.select(_mappings).where(_mappings.c.service_id == service_id))
        row = found.one_or_none()
        return None if row is None else Mapping(row.columns, row.date_order, row.delimiter, row.encoding)

    async def put(self, service_id: str, mapping: Mapping, changed_by: str) -> None:
        row = {
            "service_id": service_id,
            "columns": mapping.columns,
            "date_order": mapping.date_order,
            "delimiter": mapping.delimiter,
            "encoding": mapping.encoding,
            "changed_by": changed_by,
            "changed_at": self._clock(),
        }
        await put(self._connection, _mappings, [row])
