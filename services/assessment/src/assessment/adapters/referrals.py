"""Referrals, and what the neighbours tell for them, over SQLAlchemy Core, the same on SQLite and PostgreSQL."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from assessment.adapters.referral_tables import legal_bases, receiving_services, referral_steps, referrals
from assessment.adapters.repositories import inserted
from assessment.adapters.tables import archived_children
from assessment.domain.referrals import (
    UNANSWERED,
    Agreed,
    Direction,
    GivenBy,
    How,
    Referral,
    Service,
    Status,
    Step,
    Taken,
)
from contracts.vocabulary import Category

_r, _s, _b, _d = referrals.c, receiving_services.c, legal_bases.c, referral_steps.c
_ELSEWHERE = frozenset({"steps", "team_id"})
_CHUNK = 500
_REFERRALS = sa.select(referrals, _s.team_id).outerjoin(receiving_services, _s.service_id == _r.service_id)
# A literal, because neither database uses a partial index whose condition stands in a parameter.
_IS_UNANSWERED = sa.literal_column("referrals.status IN ('sent', 'received')", sa.Boolean)


class SqlReferrals:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, referral: Referral) -> None:
        values = {name: value for name, value in asdict(referral).items() if name not in _ELSEWHERE}
        agreed = referral.consent
        values |= {
            "needs": list(referral.needs),
            "shared": list(referral.shared),
            "consent": None if agreed is None else {**asdict(agreed), "given_on": agreed.given_on.isoformat()},
        }
        await self._connection.execute(sa.insert(referrals).values(**values))

    async def find(self, referral_id: str) -> Referral | None:
        found = await self._read(_REFERRALS.where(_r.referral_id == referral_id))
        return found[0] if found else None

    async def of_child(
        self, records: Collection[str], *, sensitive: bool, viewer_id: str, before: str | None, limit: int
    ) -> list[Referral]:
        wanted = _REFERRALS.where(_r.child_id.in_(records))
        if not sensitive:
            wanted = wanted.where(sa.or_(_r.category != Category.SENSITIVE, _r.referred_by == viewer_id))
        return await self._page(wanted, before, limit)

    async def of_viewer(
        self,
        direction: Direction,
        viewer_id: str,
        team_ids: Collection[str],
        records: Mapping[Category, Collection[str]],
        status: Status | None,
        before: str | None,
        limit: int,
    ) -> list[Referral]:
        wanted = _REFERRALS.where(_of(direction, viewer_id, team_ids), _r.child_id.in_(records[Category.INVOLVEMENT]))
        if direction is Direction.IN:
            may = _r.child_id.in_(records[Category.SENSITIVE])
            wanted = wanted.where(sa.or_(_r.category != Category.SENSITIVE, may, _r.referred_by == viewer_id))
        if status is not None:
            wanted = wanted.where(_r.status == status)
        return await self._page(wanted, before, limit)

    async def children_of(
        self, direction: Direction, viewer_id: str, team_ids: Collection[str], limit: int
    ) -> list[str]:
        wanted = (
            sa.select(_r.child_id)
            .outerjoin_from(referrals, receiving_services, _s.service_id == _r.service_id)
            .where(_of(direction, viewer_id, team_ids))
        )
        newest = wanted.group_by(_r.child_id).order_by(sa.func.max(_r.referral_id).desc()).limit(limit)
        return list((await self._connection.execute(newest)).scalars())

    async def any_sensitive(self, team_ids: Collection[str]) -> bool:
        to_them = sa.select(_r.referral_id).join_from(referrals, receiving_services, _s.service_id == _r.service_id)
        wanted = to_them.where(_s.team_id.in_(team_ids), _r.category == Category.SENSITIVE).limit(1)
        return (await self._connection.execute(wanted)).first() is not None

    async def take(self, referral: Referral, taken: Taken) -> bool:
        # The version is part of the condition, so of two who take a step at once the database lets one through.
        same = sa.and_(_r.referral_id == referral.referral_id, _r.version == referral.version - 1)
        values = {"status": referral.status, "version": referral.version}
        if (await self._connection.execute(sa.update(referrals).where(same).values(**values))).rowcount != 1:
            return False
        row = {"referral_id": referral.referral_id, "number": referral.version, **asdict(taken)}
        await self._connection.execute(sa.insert(referral_steps).values(**row))
        return True

    async def turn_sensitive(self, *, service_id: str | None = None, entry_id: str | None = None) -> None:
        which = (
            _r.service_id == service_id
            if service_id is not None
            else sa.and_(_r.entry_id == entry_id, _r.service_id.is_(None))
        )
        turned = sa.update(referrals).where(which).values(category=Category.SENSITIVE.value)
        await self._connection.execute(turned)

    async def unanswered(
        self, sent_by: datetime, escalate_by: datetime, after: str | None, limit: int
    ) -> list[Referral]:
        closed = sa.exists().where(archived_children.c.child_id == _r.child_id)
        due = sa.or_(
            sa.and_(_r.sent_at <= sent_by, _r.chased_at.is_(None)),
            sa.and_(_r.sent_at <= escalate_by, _r.escalated_at.is_(None)),
        )
        wanted = _REFERRALS.where(_IS_UNANSWERED, due, sa.not_(closed))
        if after is not None:
            wanted = wanted.where(_r.referral_id > after)
        return await self._read(wanted.order_by(_r.referral_id).limit(limit))

    async def reminded(self, referral: Referral, at: datetime, *, escalated: bool) -> bool:
        mark = _r.escalated_at if escalated else _r.chased_at
        waits = sa.and_(_r.referral_id == referral.referral_id, _r.status.in_(UNANSWERED), mark.is_(None))
        changed = await self._connection.execute(sa.update(referrals).where(waits).values({mark.name: at}))
        return changed.rowcount == 1

    async def purge(self, child_id: str) -> None:
        theirs = sa.select(_r.referral_id).where(_r.child_id == child_id)
        for table in (referral_steps, referrals):
            await self._connection.execute(sa.delete(table).where(table.c.referral_id.in_(theirs)))

    async def _page(self, wanted: sa.Select[Any], before: str | None, limit: int) -> list[Referral]:
        if before is not None:
            wanted = wanted.where(_r.referral_id < before)
        return await self._read(wanted.order_by(_r.referral_id.desc()).limit(limit))

    async def _read(self, query: sa.Select[Any]) -> list[Referral]:
        rows = (await self._connection.execute(query)).all()
        ids = [row.referral_id for row in rows]
        steps: dict[str, list[Taken]] = defaultdict(list)
        taken = sa.select(referral_steps).where(_d.referral_id.in_(ids)).order_by(_d.referral_id, _d.number)
        for row in await self._connection.execute(taken) if ids else ():
            steps[row.referral_id].append(Taken(Step(row.step), row.reason, row.taken_by, row.taken_at))
        return [_referral(row, steps[row.referral_id]) for row in rows]


def _of(direction: Direction, viewer_id: str, team_ids: Collection[str]) -> sa.ColumnElement[bool]:
    return _s.team_id.in_(team_ids) if direction is Direction.IN else _r.referred_by == viewer_id


def _referral(row: sa.Row[Any], steps: list[Taken]) -> Referral:
    values, agreed = dict(row._mapping), row.consent
    values |= {
        "category": Category(row.category),
        "needs": tuple(row.needs),
        "shared": tuple(map(Category, row.shared)),
        "status": Status(row.status),
        "steps": tuple(steps),
        "consent": agreed
        and Agreed(GivenBy(agreed["given_by"]), How(agreed["how"]), date.fromisoformat(agreed["given_on"])),
    }
    return Referral(**values)


class SqlReceivingServices:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def find(self, service_id: str) -> Service | None:
        query = sa.select(receiving_services).where(_s.service_id == service_id)
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else Service(**row._mapping)

    async def known(self, service_ids: Collection[str]) -> set[str]:
        wanted, found = list(service_ids), set()
        for start in range(0, len(wanted), _CHUNK):
            query = sa.select(_s.service_id).where(_s.service_id.in_(wanted[start : start + _CHUNK]))
            found |= set((await self._connection.execute(query)).scalars())
        return found

    async def put(self, service: Service) -> None:
        known = await self.find(service.service_id)
        if known is None:
            await self._connection.execute(sa.insert(receiving_services).values(**asdict(service)))
        elif known.version < service.version:
            same = _s.service_id == service.service_id
            await self._connection.execute(sa.update(receiving_services).where(same).values(**asdict(service)))


class SqlLegalBases:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def record(self, basis_id: str, child_id: str, valid_until: datetime) -> None:
        row = {"basis_id": basis_id, "child_id": child_id, "valid_until": valid_until, "ended": False}
        if not await inserted(self._connection, sa.insert(legal_bases).values(**row)):
            same = _b.basis_id == basis_id
            await self._connection.execute(sa.update(legal_bases).where(same).values(valid_until=valid_until))

    async def end(self, basis_id: str, child_id: str) -> None:
        row = {"basis_id": basis_id, "child_id": child_id, "ended": True}
        if not await inserted(self._connection, sa.insert(legal_bases).values(**row)):
            await self._connection.execute(sa.update(legal_bases).where(_b.basis_id == basis_id).values(ended=True))

    async def in_force(self, basis_id: str, records: Collection[str], at: datetime) -> bool:
        mine = sa.and_(_b.basis_id == basis_id, _b.child_id.in_(records), sa.not_(_b.ended), _b.valid_until > at)
        return (await self._connection.execute(sa.select(_b.basis_id).where(mine))).first() is not None

    async def purge(self, child_id: str) -> None:
        await self._connection.execute(sa.delete(legal_bases).where(_b.child_id == child_id))
