"""The local copy of the directory: names and contacts for those who work with a child, and checks."""

from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from child_index.adapters import tables
from child_index.adapters.sql import Statement, among, put_newer
from child_index.application.agency_ports import Agency
from child_index.application.ports import Practitioner, Service
from contracts.vocabulary import PractitionerStatus

_agencies, _practitioners, _services = tables.agencies, tables.practitioners, tables.services


_SERVICES = Statement(
    lambda listed: (
        sa.select(_services, _agencies.c.name.label("agency_name"))
        .join_from(_services, _agencies, _services.c.agency_id == _agencies.c.agency_id, isouter=True)
        .where(listed(_services.c.service_id, "ids"))
    )
)
_PRACTITIONERS = Statement(
    lambda listed: (
        sa.select(_practitioners, _agencies.c.name.label("agency_name"))
        .join_from(_practitioners, _agencies, _practitioners.c.agency_id == _agencies.c.agency_id, isouter=True)
        .where(listed(_practitioners.c.practitioner_id, "ids"))
    )
)


class SqlDirectory:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def service(self, service_id: str) -> Service | None:
        return (await self.services([service_id])).get(service_id)

    async def practitioner(self, practitioner_id: str) -> Practitioner | None:
        return (await self.practitioners([practitioner_id])).get(practitioner_id)

    async def services(self, ids: Collection[str]) -> dict[str, Service]:
        if not ids:
            return {}
        found = await _SERVICES(self._connection, ids=set(ids))
        return {
            row.service_id: Service(
                service_id=row.service_id,
                name=row.name,
                agency_id=row.agency_id,
                team_id=row.team_id,
                type=row.type,
                sensitive=row.sensitive,
                contact=row.contact,
                agency_name=row.agency_name,
            )
            for row in found
        }

    async def practitioners(self, ids: Collection[str]) -> dict[str, Practitioner]:
        if not ids:
            return {}
        found = await _PRACTITIONERS(self._connection, ids=set(ids))
        return {
            row.practitioner_id: Practitioner(
                practitioner_id=row.practitioner_id,
                name=row.name,
                agency_id=row.agency_id,
                role=row.role,
                status=row.status,
                email=row.email,
                phone=row.phone,
                agency_name=row.agency_name,
                team_ids=tuple(row.team_ids),
            )
            for row in found
        }

    async def leavers_led_by(self, leader_id: str) -> list[Practitioner]:
        led = await self._connection.execute(
            sa.select(tables.teams.c.team_id, tables.teams.c.agency_id).where(tables.teams.c.leader_id == leader_id)
        )
        agencies = {row.team_id: row.agency_id for row in led}
        left = await self._connection.execute(
            sa.select(_practitioners.c.practitioner_id).where(
                _practitioners.c.agency_id.in_(set(agencies.values())),
                _practitioners.c.status != PractitionerStatus.ACTIVE.value,
            )
        )
        found = await self.practitioners(left.scalars().all())
        return [each for each in found.values() if not agencies.keys().isdisjoint(each.team_ids)]

    async def put_team(self, row: Mapping[str, Any]) -> None:
        await put_newer(self._connection, tables.teams, row)

    async def agencies(self, ids: Collection[str]) -> list[Agency]:
        if not ids:
            return []
        found = await self._connection.execute(
            sa.select(_agencies).where(among(self._connection, _agencies.c.agency_id, set(ids)))
        )
        return [Agency(row.agency_id, row.name, row.contact) for row in found]

    async def put_agency(self, row: Mapping[str, Any]) -> None:
        await put_newer(self._connection, _agencies, row)

    async def put_practitioner(self, row: Mapping[str, Any]) -> None:
        await put_newer(self._connection, _practitioners, row)

    async def put_service(self, row: Mapping[str, Any]) -> None:
        await put_newer(self._connection, _services, row)
