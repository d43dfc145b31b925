"""Who was asked to contribute, over SQLAlchemy Core, the same on SQLite and PostgreSQL."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from assessment.adapters.lifecycle_tables import contribution_answers, contribution_requests
from assessment.adapters.tables import assessments, practitioners
from assessment.application.lifecycle_ports import Reader
from assessment.domain.lifecycle import ContributionRequest
from contracts.vocabulary import Category

_r, _a = contribution_requests.c, contribution_answers.c


class SqlRequests:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, request: ContributionRequest) -> None:
        values = {column.name: getattr(request, column.name) for column in contribution_requests.columns}
        await self._connection.execute(sa.insert(contribution_requests).values(**values))

    async def answered(self, assessment_id: str, section_key: str, practitioner_id: str, at: datetime) -> None:
        told = sa.exists().where(_a.request_id == _r.request_id, _a.section_key == section_key)
        asked = sa.select(_r.request_id, sa.literal(section_key), sa.literal(at, _a.answered_at.type)).where(
            _r.assessment_id == assessment_id,
            _r.practitioner_id == practitioner_id,
            sa.or_(_r.section_key.is_(None), _r.section_key == section_key),
            sa.not_(told),
        )
        columns = [_a.request_id, _a.section_key, _a.answered_at]
        await self._connection.execute(sa.insert(contribution_answers).from_select(columns, asked))

    async def page(
        self,
        assessment_id: str,
        reader: Reader,
        section_keys: Collection[str],
        before: str | None,
        limit: int,
        *,
        waiting: bool = False,
    ) -> list[ContributionRequest]:
        me = reader.practitioner_id
        seen = sa.or_(_a.section_key.in_(section_keys), _r.practitioner_id == me)
        answered_at = (
            sa.select(sa.func.min(_a.answered_at)).where(_a.request_id == _r.request_id, seen).scalar_subquery()
        )
        query = (
            sa.select(contribution_requests, answered_at.label("answered_at"), practitioners.c.active)
            .outerjoin(practitioners, practitioners.c.practitioner_id == _r.practitioner_id)
            .where(
                _r.assessment_id == assessment_id,
                sa.or_(_r.section_key.is_(None), _r.section_key.in_(section_keys)),
            )
        )
        if Category.SENSITIVE not in reader.categories:
            query = query.where(sa.or_(sa.not_(_r.sensitive), _r.practitioner_id == me, _r.asked_by == me))
        if waiting:
            query = query.where(answered_at.is_(None))
        if before is not None:
            query = query.where(_r.request_id < before)
        found = await self._connection.execute(query.order_by(_r.request_id.desc()).limit(limit))
        return [_request(row) for row in found]

    async def purge(self, child_id: str) -> None:
        theirs = sa.select(assessments.c.assessment_id).where(assessments.c.child_id == child_id)
        asked = sa.select(_r.request_id).where(_r.assessment_id.in_(theirs))
        await self._connection.execute(sa.delete(contribution_answers).where(_a.request_id.in_(asked)))
        await self._connection.execute(sa.delete(contribution_requests).where(_r.assessment_id.in_(theirs)))


def _request(row: sa.Row[Any]) -> ContributionRequest:
    return ContributionRequest(**{**row._mapping, "active": bool(row.active)})
