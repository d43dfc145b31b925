"""Agencies, teams, practitioners and services."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from consent.adapters.tables import agencies, practitioners, services, team_members, teams
from contracts.vocabulary import PractitionerStatus, Role

_TABLES = {"agency": agencies, "team": teams, "practitioner": practitioners, "service": services}


class DirectoryRepository:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, kind: str, thing_id: str) -> dict[str, Any] | None:
        table, key = _table(kind)
        row = (await self._connection.execute(sa.select(table).where(key == thing_id))).mappings().one_or_none()
        return None if row is None else dict(row)

    async def page(self, kind: str, after: str | None, limit: int) -> list[dict[str, Any]]:
        table, key = _table(kind)
        query = sa.select(table).order_by(key).limit(limit)
        if after is not None:
            query = query.where(key > after)
        return [dict(row) for row in (await self._connection.execute(query)).mappings()]

    async def put(self, kind: str, record: dict[str, Any]) -> tuple[dict[str, Any], bool]:
        table, key = _table(kind)
        found = await self._connection.execute(
            sa.select(table.c.version).where(key == record[key.name]).with_for_update()
        )
        version = found.scalar_one_or_none()
        stored = {**record, "version": (version or 0) + 1}
        if version is None:
            await self._connection.execute(sa.insert(table).values(stored))
        else:
            await self._connection.execute(sa.update(table).where(key == record[key.name]).values(stored))
        return stored, version is None

    async def team_ids(self, practitioner_ids: Sequence[str]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {practitioner_id: [] for practitioner_id in practitioner_ids}
        query = (
            sa.select(team_members)
            .where(team_members.c.practitioner_id.in_(practitioner_ids))
            .order_by(team_members.c.team_id)
        )
        for row in await self._connection.execute(query):
            found[row.practitioner_id].append(row.team_id)
        return found

    async def set_teams(self, practitioner_id: str, team_ids: Sequence[str]) -> None:
        await self._connection.execute(sa.delete(team_members).where(team_members.c.practitioner_id == practitioner_id))
        rows = [{"practitioner_id": practitioner_id, "team_id": team_id} for team_id in dict.fromkeys(team_ids)]
        if rows:
            await self._connection.execute(sa.insert(team_members), rows)

    async def existing(self, kind: str, ids: Sequence[str]) -> set[str]:
        _, key = _table(kind)
        return set((await self._connection.execute(sa.select(key).where(key.in_(ids)))).scalars())

    async def other_active_admins(self, practitioner_id: str) -> int:
        query = sa.select(sa.func.count()).where(
            practitioners.c.role == Role.DIRECTORY_ADMIN.value,
            practitioners.c.status == PractitionerStatus.ACTIVE.value,
            practitioners.c.practitioner_id != practitioner_id,
        )
        return int((await self._connection.execute(query)).scalar_one())


def _table(kind: str) -> tuple[sa.Table, sa.Column[str]]:
    table = _TABLES[kind]
    return table, table.c[f"{kind}_id"]
