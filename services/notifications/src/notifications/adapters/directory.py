"""Who is in which team over SQLAlchemy Core, the same on SQLite and PostgreSQL."""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from notifications.adapters.tables import practitioners, teams
from notifications.domain.colleagues import Post


class SqlDirectory:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def post(self, practitioner_id: str) -> Post | None:
        found = await self._connection.execute(
            sa.select(practitioners).where(practitioners.c.practitioner_id == practitioner_id)
        )
        row = found.one_or_none()
        return None if row is None else _post(row)

    async def posts(self, practitioner_ids: Collection[str]) -> dict[str, Post]:
        found = await self._connection.execute(
            sa.select(practitioners).where(practitioners.c.practitioner_id.in_(practitioner_ids))
        )
        return {row.practitioner_id: _post(row) for row in found}

    async def put_post(self, practitioner_id: str, post: Post) -> None:
        values: dict[str, object] = {"active": post.active, "team_ids": list(post.team_ids), "version": post.version}
        values["agency_id"] = post.agency_id
        same = practitioners.c.practitioner_id == practitioner_id
        changed = await self._connection.execute(sa.update(practitioners).where(same).values(**values))
        if changed.rowcount == 0:
            await self._connection.execute(sa.insert(practitioners).values(practitioner_id=practitioner_id, **values))

    async def put_leader(self, team_id: str, leader_id: str | None, version: int) -> None:
        found = await self._connection.execute(sa.select(teams.c.version).where(teams.c.team_id == team_id))
        known = found.scalar_one_or_none()
        values = {"leader_id": leader_id, "version": version}
        if known is None:
            await self._connection.execute(sa.insert(teams).values(team_id=team_id, **values))
        elif known < version:
            await self._connection.execute(sa.update(teams).where(teams.c.team_id == team_id).values(**values))

    async def leaders(self, team_ids: Collection[str]) -> list[str]:
        leader = teams.c.leader_id
        query = sa.select(leader).where(teams.c.team_id.in_(team_ids), leader.is_not(None)).distinct().order_by(leader)
        return list((await self._connection.execute(query)).scalars())

    async def receivers(self, team_id: str) -> list[str]:
        for leader in await self.leaders([team_id]):
            post = await self.post(leader)
            if post is not None and post.active:
                return [leader]
        # Ids are letters, digits, dots, hyphens and underscores, so the text of the list has them as they are.
        named = sa.cast(practitioners.c.team_ids, sa.Text).contains(f'"{team_id}"', autoescape=True)
        query = sa.select(practitioners).where(practitioners.c.active, named).order_by(practitioners.c.practitioner_id)
        rows = await self._connection.execute(query)
        return [row.practitioner_id for row in rows if team_id in row.team_ids]


def _post(row: Any) -> Post:
    return Post(row.active, tuple(row.team_ids), row.version, row.agency_id)
