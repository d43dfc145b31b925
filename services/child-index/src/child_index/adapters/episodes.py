"""Service episodes and lead professionals."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.bulk import insert_rows
from chassis.errors import Conflict
from chassis.ids import Clock, new_id
from child_index.adapters import tables
from child_index.adapters.sql import Statement, among
from child_index.application.ports import Episode, Lead, PastLead

_episodes, _leads, _children = tables.episodes, tables.lead_professionals, tables.children


_EPISODES = (
    sa.select(_episodes, _children.c.child_id)
    .join_from(_episodes, _children)
    .order_by(_episodes.c.started_on.desc(), _episodes.c.episode_id.desc())
)
_OF_CHILDREN = Statement(lambda listed: _EPISODES.where(listed(_episodes.c.child_no, "numbers")))
_ONE = Statement(lambda listed: _EPISODES.where(listed(_episodes.c.episode_id, "ids")))
_PRESENT_LEADS = Statement(
    lambda listed: (
        sa.select(_leads.c.practitioner_id, _leads.c.assigned_at, _leads.c.child_no, _children.c.child_id)
        .join_from(_leads, _children)
        .where(listed(_leads.c.child_no, "numbers"), _leads.c.ended_at.is_(None))
    )
)
_LATEST_LEADS = sa.select(_leads).order_by(_leads.c.assigned_at.desc(), _leads.c.lead_id.desc())
_LEADS_OF_CHILDREN = Statement(lambda listed: _LATEST_LEADS.where(listed(_leads.c.child_no, "numbers")))
_LEADS = Statement(lambda listed: _LATEST_LEADS.where(listed(_leads.c.lead_id, "ids")))


class SqlEpisodes:
    def __init__(self, connection: AsyncConnection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    async def of(self, numbers: Collection[int]) -> list[Episode]:
        return _read(await _OF_CHILDREN(self._connection, numbers=numbers))

    async def get(self, episode_id: str) -> Episode | None:
        found = _read(await _ONE(self._connection, ids=[episode_id]))
        return found[0] if found else None

    async def by_ids(self, episode_ids: Collection[str]) -> list[Episode]:
        return _read(await _ONE(self._connection, ids=episode_ids)) if episode_ids else []

    async def open_with_service(self, service_id: str, numbers: Collection[int]) -> set[int]:
        found = await self._connection.execute(
            sa.select(_episodes.c.child_no).where(
                _episodes.c.service_id == service_id,
                _episodes.c.practitioner_id.is_(None),
                _episodes.c.ended_on.is_(None),
                among(self._connection, _episodes.c.child_no, numbers),
            )
        )
        return set(found.scalars())

    async def add(self, episodes: Sequence[Episode]) -> None:
        if not episodes:
            return
        now = self._clock()
        rows = [_row(episode) | {"created_at": now} for episode in episodes]
        try:
            await insert_rows(self._connection, _episodes, rows)
        except IntegrityError as error:
            raise Conflict("This episode is open already", code="episode-open") from error

    async def remove(self, episode_ids: Collection[str]) -> None:
        await self._connection.execute(
            sa.delete(_episodes).where(among(self._connection, _episodes.c.episode_id, episode_ids))
        )

    async def end(self, episode_id: str, ended_on: date, reason: str | None) -> bool:
        done = await self._connection.execute(
            sa.update(_episodes)
            .where(_episodes.c.episode_id == episode_id, _episodes.c.ended_on.is_(None))
            .values(ended_on=ended_on, end_reason=reason)
        )
        return done.rowcount == 1


def _read(rows: Iterable[sa.Row[Any]]) -> list[Episode]:
    return [
        Episode(
            episode_id=row.episode_id,
            child_no=row.child_no,
            service_id=row.service_id,
            agency_id=row.agency_id,
            practitioner_id=row.practitioner_id,
            sensitive=row.sensitive,
            contact=row.contact,
            started_on=row.started_on,
            ended_on=row.ended_on,
            opened_by=row.opened_by,
            child_id=row.child_id,
            created_at=row.created_at,
            import_id=row.import_id,
        )
        for row in rows
    ]


def _row(episode: Episode) -> dict[str, Any]:
    return {
        "episode_id": episode.episode_id,
        "child_no": episode.child_no,
        "service_id": episode.service_id,
        "agency_id": episode.agency_id,
        "practitioner_id": episode.practitioner_id,
        "sensitive": episode.sensitive,
        "contact": episode.contact,
        "started_on": episode.started_on,
        "ended_on": episode.ended_on,
        "opened_by": episode.opened_by,
        "import_id": episode.import_id,
    }


def _past(rows: Iterable[sa.Row[Any]]) -> list[PastLead]:
    return [
        PastLead(
            lead_id=row.lead_id,
            practitioner_id=row.practitioner_id,
            assigned_at=row.assigned_at,
            assigned_by=row.assigned_by,
            ended_at=row.ended_at,
            reason=row.reason,
            handover_note=row.handover_note,
        )
        for row in rows
    ]


class SqlLeads:
    def __init__(self, connection: AsyncConnection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    async def present(self, numbers: Sequence[int]) -> Lead | None:
        found = await _PRESENT_LEADS(self._connection, numbers=numbers)
        leads = [Lead(row.practitioner_id, row.assigned_at, row.child_no, row.child_id) for row in found]
        return min(leads, key=lambda lead: numbers.index(lead.child_no), default=None)

    async def history(self, numbers: Collection[int]) -> list[PastLead]:
        return _past(await _LEADS_OF_CHILDREN(self._connection, numbers=numbers))

    async def by_ids(self, lead_ids: Collection[str]) -> list[PastLead]:
        return _past(await _LEADS(self._connection, ids=lead_ids)) if lead_ids else []

    async def assign(
        self, child_no: int, practitioner_id: str, assigned_by: str, reason: str | None, handover_note: str | None
    ) -> None:
        now = self._clock()
        await self._connection.execute(
            sa.update(_leads).where(_leads.c.child_no == child_no, _leads.c.ended_at.is_(None)).values(ended_at=now)
        )
        try:
            await self._connection.execute(
                sa.insert(_leads).values(
                    lead_id=new_id(),
                    child_no=child_no,
                    practitioner_id=practitioner_id,
                    reason=reason,
                    handover_note=handover_note,
                    assigned_by=assigned_by,
                    assigned_at=now,
                )
            )
        except IntegrityError as error:
            raise Conflict("Somebody else is naming the lead professional; ask again") from error
