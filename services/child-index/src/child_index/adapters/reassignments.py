"""What practitioners who have left still have to do with children."""

from collections.abc import Collection
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from child_index.adapters import tables
from child_index.adapters.sql import among
from child_index.application.reassignment_ports import Left, Part

_episodes, _leads, _children = tables.episodes.c, tables.lead_professionals.c, tables.children.c


class SqlReassignments:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def of(self, practitioner_ids: Collection[str], leader_id: str, limit: int, after: str | None) -> list[Left]:
        if not practitioner_ids:
            return []
        others = sa.select(tables.teams.c.team_id).where(tables.teams.c.leader_id != leader_id)
        not_theirs = sa.select(tables.services.c.service_id).where(
            tables.services.c.sensitive | tables.services.c.team_id.in_(others)
        )
        leads = (
            sa.select(_leads.lead_id, _children.child_id, _leads.practitioner_id, _leads.assigned_at, sa.null())
            .join_from(tables.lead_professionals, tables.children)
            .where(among(self._connection, _leads.practitioner_id, practitioner_ids), _leads.ended_at.is_(None))
        )
        episodes = (
            sa.select(
                _episodes.episode_id,
                _children.child_id,
                _episodes.practitioner_id,
                _episodes.started_on,
                _episodes.service_id,
            )
            .join_from(tables.episodes, tables.children)
            .where(
                among(self._connection, _episodes.practitioner_id, practitioner_ids),
                _episodes.ended_on.is_(None),
                sa.not_(_episodes.sensitive),
                _episodes.service_id.not_in(not_theirs),
            )
        )
        found: list[Left] = []
        for part, which, key in (
            (Part.LEAD_PROFESSIONAL, leads, _leads.lead_id),
            (Part.EPISODE, episodes, _episodes.episode_id),
        ):
            query = which if after is None else which.where(key > after)
            for left_id, child_id, practitioner_id, since, service_id in await self._connection.execute(
                query.order_by(key).limit(limit)
            ):
                found.append(Left(left_id, part, child_id, practitioner_id, _day(since), service_id))
        return sorted(found, key=lambda each: each.left_id)[:limit]


def _day(since: date | datetime) -> date:
    return since.date() if isinstance(since, datetime) else since
