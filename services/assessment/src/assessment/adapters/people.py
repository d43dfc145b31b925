"""Practitioners and agencies by name, over SQLAlchemy Core."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from assessment.adapters.repositories import inserted
from assessment.adapters.tables import agencies, practitioners
from assessment.application.people_ports import Person
from contracts.vocabulary import Role

_a, _p = agencies.c, practitioners.c
_AT_ONCE = 500
"""Ids in one statement: the databases take no more than some thousand parameters."""


class SqlPeople:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def named(self, practitioner_ids: Collection[str]) -> dict[str, Person]:
        wanted = sorted(set(practitioner_ids))
        query = sa.select(practitioners, _a.name.label("agency_name")).join_from(
            practitioners, agencies, _p.agency_id == _a.agency_id, isouter=True
        )
        found = {}
        for start in range(0, len(wanted), _AT_ONCE):
            some = _p.practitioner_id.in_(wanted[start : start + _AT_ONCE])
            for row in await self._connection.execute(query.where(some)):
                values = {name: value for name, value in row._mapping.items() if name != "version"}
                found[row.practitioner_id] = Person(**{**values, "role": Role(row.role)})
        return found

    async def agency_name(self, agency_id: str) -> str | None:
        query = sa.select(_a.name).where(_a.agency_id == agency_id)
        return (await self._connection.execute(query)).scalar_one_or_none()

    async def put_agency(self, agency_id: str, name: str, version: int) -> None:
        values = {"agency_id": agency_id, "name": name, "version": version}
        if not await inserted(self._connection, sa.insert(agencies).values(**values)):
            older = sa.and_(_a.agency_id == agency_id, _a.version < version)
            await self._connection.execute(sa.update(agencies).where(older).values(**values))
