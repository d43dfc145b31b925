"""Overrides: records of a child like the others, and what officers and the worker ask of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from consent.adapters.records_repository import RecordsRepository
from consent.adapters.tables import overrides, practitioners
from contracts.vocabulary import PractitionerStatus, Role, Scope

_c = overrides.c


class OverridesRepository(RecordsRepository):
    def __init__(self, connection: AsyncConnection) -> None:
        super().__init__(connection, overrides)

    async def reasons_of(self, viewer_id: str, limit: int) -> list[str]:
        """What this viewer gave as reasons, the latest first."""
        query = sa.select(_c.reason).where(_c.viewer_id == viewer_id).order_by(_c.override_id.desc()).limit(limit)
        return list((await self._connection.execute(query)).scalars())

    async def page(
        self, agency_id: str | None, filters: Mapping[str, Any], after: str | None, limit: int
    ) -> list[dict[str, Any]]:
        """Newest first, from behind `after` on; of one agency's people, or of all (None)."""
        query = sa.select(overrides).order_by(_c.override_id.desc()).limit(limit)
        if agency_id is not None:
            query = query.where(_c.agency_id == agency_id)
        if filters.get("viewer_id") is not None:
            query = query.where(_c.viewer_id == filters["viewer_id"])
        if filters.get("open") is not None:
            query = query.where(_c.reviewed_at.is_(None) if filters["open"] else _c.reviewed_at.is_not(None))
        if after is not None:
            query = query.where(_c.override_id < after)
        return [dict(row) for row in (await self._connection.execute(query)).mappings()]

    async def counts(self, viewer_ids: Sequence[str], since: datetime) -> dict[str, int]:
        """How often each of these broke the glass since then."""
        query = (
            sa.select(_c.viewer_id, sa.func.count())
            .where(_c.viewer_id.in_(viewer_ids), _c.started_at >= since)
            .group_by(_c.viewer_id)
        )
        return {row[0]: row[1] for row in await self._connection.execute(query)}

    async def unreviewed(self, after: str | None, limit: int) -> list[dict[str, Any]]:
        """Those that nobody has reviewed, nor escalated yet; oldest first, from behind `after` on."""
        query = (
            sa.select(overrides)
            .where(_c.reviewed_at.is_(None), _c.escalated_at.is_(None))
            .order_by(_c.override_id)
            .limit(limit)
        )
        if after is not None:
            query = query.where(_c.override_id > after)
        return [dict(row) for row in (await self._connection.execute(query)).mappings()]

    async def waiting(self) -> Mapping[str, int]:
        escalated, reminded = _c.escalated_at.is_not(None), _c.reminded_at.is_not(None)
        state = sa.case((escalated, "escalated"), (reminded, "reminded"), else_="new")
        query = sa.select(state, sa.func.count()).where(_c.reviewed_at.is_(None)).group_by(state)
        return {row[0]: row[1] for row in await self._connection.execute(query)}

    async def close_expired(self, before: datetime) -> None:
        """Takes what expired before then out of what a decision loads."""
        await self._connection.execute(
            sa.update(overrides).where(_c.closed_at.is_(None), _c.expires_at < before).values(closed_at=before)
        )

    async def officers_for(self, agency_id: str | None) -> list[str]:
        """The active information-governance officers of the agency, and those with the partnership's scope."""
        p = practitioners.c
        mine = sa.or_(p.scope == Scope.PARTNERSHIP.value, p.agency_id == agency_id)
        query = (
            sa.select(p.practitioner_id)
            .where(p.role == Role.IG_OFFICER.value, p.status == PractitionerStatus.ACTIVE.value, mine)
            .order_by(p.practitioner_id)
        )
        return list((await self._connection.execute(query)).scalars())
