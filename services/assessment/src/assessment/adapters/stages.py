"""Stages of intervention, and the schools they are counted by, over SQLAlchemy Core, the same on SQLite and
PostgreSQL."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from assessment.adapters.repositories import inserted
from assessment.adapters.tables import school_episodes, services, stages
from assessment.domain.stages import Stage
from chassis.bulk import is_sqlite

_CHUNK = 500
_s, _e, _v = stages.c, school_episodes.c, services.c
_STAGE = (
    _s.stage_id, _s.child_id, _s.stage, _s.reason, _s.criteria, _s.agreed_by, _s.policy_version, _s.set_by, _s.set_at,
    _s.ended_at,
)  # fmt: skip
_SCHOOL = (
    sa.select(_e.service_id)
    .join_from(school_episodes, services, _v.service_id == _e.service_id)
    .where(_e.child_id == _s.child_id, sa.not_(_e.ended), _v.is_school)
    .order_by(_e.started_on.desc(), _e.episode_id.desc())
    .limit(1)
    .scalar_subquery()
)


class SqlStages:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._started: list[dict[str, Any]] = []
        self._ended: list[dict[str, Any]] = []

    async def of_child(self, records: Collection[str]) -> list[Stage]:
        found = await self._connection.execute(
            sa.select(*_STAGE).where(_s.child_id.in_(records)).order_by(_s.set_at.desc(), _s.stage_id.desc())
        )
        return [
            Stage(**{**row._mapping, "criteria": tuple(row.criteria), "agreed_by": tuple(row.agreed_by)})
            for row in found
        ]

    async def add(self, stage: Stage, replaces: str | None) -> bool:
        if replaces is not None:
            # Exactly the one that was read: whoever agreed on another meanwhile is not written over.
            ended = sa.update(stages).where(_s.stage_id == replaces, _s.ended_at.is_(None))
            if (await self._connection.execute(ended.values(ended_at=stage.set_at))).rowcount == 0:
                return False
        values = asdict(stage) | {"criteria": list(stage.criteria), "agreed_by": list(stage.agreed_by)}
        if not await inserted(self._connection, sa.insert(stages).values(**values, duplicate=False)):
            return False
        await self._work_out_schools(_s.child_id == stage.child_id)
        return True

    async def close(self, child_id: str, at: datetime | None) -> None:
        same = sa.and_(_s.child_id == child_id, _s.ended_at.is_(None))
        await self._connection.execute(sa.update(stages).where(same).values(closed_at=at))

    async def count_one_of(self, records: Sequence[str]) -> None:
        """Of these records of one child, the first that has a stage."""
        query = sa.select(_s.child_id).where(_s.child_id.in_(records)).distinct()
        known = set((await self._connection.execute(query)).scalars())
        first = next((record for record in records if record in known), None)
        if first is not None:
            of_child = sa.update(stages).where(_s.child_id.in_(records))
            await self._connection.execute(of_child.values(duplicate=_s.child_id != first))

    async def put_service(self, service_id: str, name: str, *, is_school: bool, version: int) -> None:
        values = {"name": name, "is_school": is_school, "version": version}
        if not await inserted(self._connection, sa.insert(services).values(service_id=service_id, **values)):
            older = sa.and_(_v.service_id == service_id, _v.version < version)
            await self._connection.execute(sa.update(services).where(older).values(**values))
        theirs = sa.select(_e.child_id).where(_e.service_id == service_id)
        await self._work_out_schools(_s.child_id.in_(theirs))
        if not is_school:
            await self._connection.execute(sa.delete(school_episodes).where(_e.service_id == service_id))

    async def put_episode(self, episode_id: str, child_id: str, service_id: str, started_on: date) -> None:
        row = {"episode_id": episode_id, "child_id": child_id, "ended": False}
        self._started.append({**row, "service_id": service_id, "started_on": started_on})

    async def end_episode(self, episode_id: str, child_id: str) -> None:
        self._ended.append({"episode_id": episode_id, "child_id": child_id, "ended": True})

    async def flush(self) -> None:
        """Writes what a transaction has collected of episodes: an import brings them by the thousand."""
        started, ended = self._started, self._ended
        self._started, self._ended = [], []
        if started:
            of = {row["service_id"] for row in started}
            query = sa.select(_v.service_id).where(_v.service_id.in_(of), sa.not_(_v.is_school))
            others = set((await self._connection.execute(query)).scalars())
            started = [row for row in started if row["service_id"] not in others]
        if started:
            statement = self._insert()
            new = {name: statement.excluded[name] for name in ("service_id", "started_on")}
            # An end that was told first stays.
            await self._connection.execute(
                statement.on_conflict_do_update(index_elements=["episode_id"], set_=new), started
            )
        if ended:
            statement = self._insert()
            await self._connection.execute(
                statement.on_conflict_do_update(index_elements=["episode_id"], set_={"ended": True}), ended
            )
        touched = sorted({row["child_id"] for row in (*started, *ended)})
        for start in range(0, len(touched), _CHUNK):
            await self._work_out_schools(_s.child_id.in_(touched[start : start + _CHUNK]))

    def _insert(self) -> Any:
        """INSERT ... ON CONFLICT, which both databases have, each by its own construct."""
        return (sqlite if is_sqlite(self._connection) else postgresql).insert(school_episodes)

    async def counts(self, at: datetime) -> tuple[Mapping[tuple[str | None, int], int], Mapping[str, str]]:
        counted = (
            sa.select(_s.school_id, _s.stage, sa.func.count().label("children"))
            .where(
                _s.set_at < at,
                sa.or_(_s.ended_at.is_(None), _s.ended_at >= at),
                sa.or_(_s.closed_at.is_(None), _s.closed_at >= at),
                sa.not_(_s.duplicate),
            )
            .group_by(_s.school_id, _s.stage)
            .subquery()
        )
        query = sa.select(counted, _v.name).outerjoin(services, _v.service_id == counted.c.school_id)
        rows = (await self._connection.execute(query)).all()
        return (
            {(row.school_id, row.stage): row.children for row in rows},
            {row.school_id: row.name for row in rows if row.name is not None},
        )

    async def purge(self, child_id: str) -> None:
        await self.flush()
        for column in (_s.child_id, _e.child_id):
            await self._connection.execute(sa.delete(column.table).where(column == child_id))

    async def _work_out_schools(self, of: sa.ColumnElement[Any]) -> None:
        await self._connection.execute(sa.update(stages).where(_s.ended_at.is_(None), of).values(school_id=_SCHOOL))
