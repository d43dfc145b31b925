"""Actions and reviews over SQLAlchemy Core, the same on SQLite and PostgreSQL."""

from collections.abc import Collection
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from assessment.adapters.tables import actions, archived_children, review_decisions, review_scores, reviews
from assessment.domain.plan import Action, ActionStatus, Decision, Point, Review, Score
from contracts.vocabulary import Category, ChildOutcome

_a, _r = actions.c, reviews.c
_REMINDED = ("owner_reminded_at", "lead_reminded_at")
"""Written by the reminders alone, who may be at it at any moment."""


class SqlActions:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, action: Action) -> None:
        await self._connection.execute(sa.insert(actions).values(**asdict(action)))

    async def find(self, action_id: str) -> Action | None:
        found = await self._read(sa.select(actions).where(_a.action_id == action_id))
        return found[0] if found else None

    async def page(
        self,
        records: Collection[str],
        categories: Collection[Category],
        status: ActionStatus | None,
        before: str | None,
        limit: int,
    ) -> list[Action]:
        wanted = sa.select(actions).where(_a.child_id.in_(records), _a.category.in_(categories))
        if status is not None:
            wanted = wanted.where(_a.status == status)
        if before is not None:
            wanted = wanted.where(_a.action_id < before)
        return await self._read(wanted.order_by(_a.action_id.desc()).limit(limit))

    async def due(self, records: Collection[str], category: Category, limit: int) -> list[tuple[str, date]]:
        wanted = sa.select(_a.action_id, _a.due_on).where(
            _a.child_id.in_(records), _a.category == category, _a.status == ActionStatus.OPEN
        )
        found = await self._connection.execute(wanted.order_by(_a.due_on, _a.action_id).limit(limit))
        return [(row.action_id, row.due_on) for row in found]

    async def save(self, action: Action, *, remind_anew: bool) -> bool:
        values = {name: value for name, value in asdict(action).items() if name not in _REMINDED}
        if remind_anew:
            values |= dict.fromkeys(_REMINDED)
        # The version is part of the condition, so of two who save at once the database lets one through.
        same = sa.and_(_a.action_id == action.action_id, _a.version == action.version - 1)
        changed = await self._connection.execute(sa.update(actions).where(same).values(**values))
        return changed.rowcount == 1

    async def overdue(self, today: date, owner_told_by: datetime, after: str | None, limit: int) -> list[Action]:
        closed = sa.exists().where(archived_children.c.child_id == _a.child_id)
        lead_is_due = sa.and_(_a.lead_reminded_at.is_(None), _a.owner_reminded_at <= owner_told_by)
        wanted = sa.select(actions).where(
            # A literal, because neither database uses a partial index whose condition stands in a parameter.
            _a.status == sa.literal_column("'open'"),
            _a.due_on < today,
            sa.or_(_a.owner_reminded_at.is_(None), lead_is_due),
            sa.not_(closed),
        )
        if after is not None:
            wanted = wanted.where(_a.action_id > after)
        return await self._read(wanted.order_by(_a.action_id).limit(limit))

    async def reminded(self, action: Action, at: datetime, *, lead: bool) -> bool:
        mark = _a.lead_reminded_at if lead else _a.owner_reminded_at
        same = sa.and_(_a.action_id == action.action_id, _a.version == action.version, mark.is_(None))
        changed = await self._connection.execute(sa.update(actions).where(same).values({mark.name: at}))
        return changed.rowcount == 1

    async def purge(self, child_id: str) -> None:
        await self._connection.execute(sa.delete(actions).where(_a.child_id == child_id))

    async def _read(self, query: sa.Select[Any]) -> list[Action]:
        return [_action(row) for row in await self._connection.execute(query)]


def _action(row: sa.Row[Any]) -> Action:
    values = dict(row._mapping)
    values["outcome"] = None if row.outcome is None else ChildOutcome(row.outcome)
    return Action(**{**values, "category": Category(row.category), "status": ActionStatus(row.status)})


class SqlReviews:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, review: Review) -> None:
        await self._connection.execute(
            sa.insert(reviews).values(
                review_id=review.review_id,
                child_id=review.child_id,
                held_on=review.held_on,
                attendees=list(review.attendees),
                next_on=review.next_on,
                recorded_by=review.recorded_by,
                recorded_at=review.recorded_at,
            )
        )
        key = {"review_id": review.review_id}
        decisions = [{**key, "number": number, **asdict(each)} for number, each in enumerate(review.decisions)]
        if decisions:
            await self._connection.execute(sa.insert(review_decisions), decisions)
        if review.scores:
            await self._connection.execute(
                sa.insert(review_scores), [{**key, **asdict(each)} for each in review.scores]
            )

    async def page(
        self,
        records: Collection[str],
        categories: Collection[Category],
        before: tuple[date, str] | None,
        limit: int,
    ) -> list[Review]:
        wanted = sa.select(reviews).where(_r.child_id.in_(records))
        if before is not None:
            day, review_id = before
            wanted = wanted.where(sa.or_(_r.held_on < day, sa.and_(_r.held_on == day, _r.review_id < review_id)))
        return await self._read(wanted.order_by(_r.held_on.desc(), _r.review_id.desc()).limit(limit), categories)

    async def _read(self, query: sa.Select[Any], categories: Collection[Category]) -> list[Review]:
        rows = (await self._connection.execute(query)).all()
        ids = [row.review_id for row in rows]
        decisions = await self._parts(review_decisions, ids, categories, review_decisions.c.number)
        scores = await self._parts(review_scores, ids, categories, review_scores.c.outcome)
        return [
            Review(
                **{**row._mapping, "attendees": tuple(row.attendees)},
                decisions=tuple(
                    Decision(d.text, Category(d.category)) for d in decisions if d.review_id == row.review_id
                ),
                scores=tuple(
                    Score(ChildOutcome(s.outcome), s.score, Category(s.category))
                    for s in scores
                    if s.review_id == row.review_id
                ),
            )
            for row in rows
        ]

    async def progress(self, records: Collection[str], categories: Collection[Category]) -> list[Point]:
        s = review_scores.c
        query = (
            sa.select(s.outcome, _r.held_on, s.score)
            .join_from(review_scores, reviews)
            .where(_r.child_id.in_(records), s.category.in_(categories))
            .order_by(_r.held_on, _r.review_id)
        )
        return [
            Point(ChildOutcome(row.outcome), row.held_on, row.score) for row in await self._connection.execute(query)
        ]

    async def find(self, review_id: str, categories: Collection[Category]) -> Review | None:
        found = await self._read(sa.select(reviews).where(_r.review_id == review_id), categories)
        return found[0] if found else None

    async def planned(self, records: Collection[str], since: date, limit: int) -> list[tuple[str, date]]:
        query = sa.select(_r.review_id, _r.next_on).where(_r.child_id.in_(records), _r.next_on >= since)
        found = await self._connection.execute(query.order_by(_r.next_on, _r.review_id).limit(limit))
        return [(row.review_id, row.next_on) for row in found]

    async def meetings(self, records: Collection[str], since: date) -> list[date]:
        found: list[date] = []
        for day in (_r.held_on, _r.next_on):
            query = sa.select(day).where(_r.child_id.in_(records), day >= since)
            found += (await self._connection.execute(query)).scalars()
        return found

    async def purge(self, child_id: str) -> None:
        theirs = sa.select(_r.review_id).where(_r.child_id == child_id)
        for table in (review_decisions, review_scores, reviews):
            await self._connection.execute(sa.delete(table).where(table.c.review_id.in_(theirs)))

    async def _parts(
        self, table: sa.Table, ids: Collection[str], categories: Collection[Category], order: sa.Column[Any]
    ) -> list[sa.Row[Any]]:
        query = sa.select(table).where(table.c.review_id.in_(ids), table.c.category.in_(categories)).order_by(order)
        return list(await self._connection.execute(query))
