"""Practitioners and teams as an identity provider knows them."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.errors import Conflict
from consent.adapters.tables import practitioners, provisioned, team_members, teams
from consent.domain.provisioning import ROLES, Reach, Sought
from contracts.vocabulary import PractitionerStatus

_TABLES = {"practitioner": practitioners, "team": teams}


class ProvisionedRepository:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def find(
        self, kind: str, reach: Reach, sought: Sought, offset: int, limit: int
    ) -> tuple[list[dict[str, Any]], int]:
        _, key = _table(kind)
        condition = sa.and_(_visible(kind, reach), _matches(kind, sought))
        counted = sa.select(sa.func.count()).select_from(_joined(kind)).where(condition)
        total = int((await self._connection.execute(counted)).scalar_one())
        page = _rows(kind).where(condition).order_by(key).offset(offset).limit(limit)
        return [dict(row) for row in (await self._connection.execute(page)).mappings()], total

    async def get(self, kind: str, entry_id: str, reach: Reach) -> dict[str, Any] | None:
        _, key = _table(kind)
        query = _rows(kind).where(_visible(kind, reach), key == entry_id)
        row = (await self._connection.execute(query)).mappings().one_or_none()
        return None if row is None else dict(row)

    async def removed(self, kind: str, entry_id: str) -> bool:
        query = sa.select(provisioned.c.removed).where(_is(kind, entry_id))
        return bool((await self._connection.execute(query)).scalar_one_or_none())

    async def members(self, team_ids: Sequence[str], reach: Reach) -> dict[str, list[dict[str, Any]]]:
        found: dict[str, list[dict[str, Any]]] = {team_id: [] for team_id in team_ids}
        query = (
            sa.select(team_members.c.team_id, practitioners.c.practitioner_id, practitioners.c.name)
            .select_from(
                _joined("practitioner").join(
                    team_members, team_members.c.practitioner_id == practitioners.c.practitioner_id
                )
            )
            .where(team_members.c.team_id.in_(team_ids), _visible("practitioner", reach))
            .order_by(practitioners.c.practitioner_id)
        )
        for row in (await self._connection.execute(query)).mappings():
            found[row["team_id"]].append(dict(row))
        return found

    async def keep(self, kind: str, entry_id: str, user_name: str | None, external_id: str | None) -> None:
        values = {
            "user_name": user_name,
            "name_key": None if user_name is None else user_name.casefold(),
            "external_id": external_id,
            "removed": False,
        }
        known = (await self._connection.execute(sa.select(provisioned.c.kind).where(_is(kind, entry_id)))).first()
        change: sa.Insert | sa.Update
        if known is None:
            change = sa.insert(provisioned).values(kind=kind, entry_id=entry_id, **values)
        else:
            change = sa.update(provisioned).where(_is(kind, entry_id)).values(values)
        try:
            await self._connection.execute(change)
        except IntegrityError as error:
            raise Conflict("Another entry has this name", code="uniqueness") from error

    async def remove(self, kind: str, entry_id: str) -> None:
        gone = {"removed": True, "name_key": None}
        known = await self._connection.execute(sa.update(provisioned).where(_is(kind, entry_id)).values(gone))
        if known.rowcount == 0:
            await self._connection.execute(sa.insert(provisioned).values(kind=kind, entry_id=entry_id, **gone))


def _table(kind: str) -> tuple[sa.Table, sa.Column[str]]:
    table = _TABLES[kind]
    return table, table.c[f"{kind}_id"]


def _is(kind: str, entry_id: str) -> sa.ColumnElement[bool]:
    return sa.and_(provisioned.c.kind == kind, provisioned.c.entry_id == entry_id)


def _joined(kind: str) -> sa.Join:
    table, key = _table(kind)
    return table.outerjoin(provisioned, sa.and_(provisioned.c.kind == kind, provisioned.c.entry_id == key))


def _rows(kind: str) -> sa.Select[Any]:
    table, _ = _table(kind)
    return sa.select(table, provisioned.c.user_name, provisioned.c.external_id).select_from(_joined(kind))


def _visible(kind: str, reach: Reach) -> sa.ColumnElement[bool]:
    table, _ = _table(kind)
    conditions: list[sa.ColumnElement[bool]] = [sa.func.coalesce(provisioned.c.removed, sa.false()) == sa.false()]
    if reach.agency_id is not None:
        conditions.append(table.c.agency_id == reach.agency_id)
    if kind == "practitioner":
        conditions.append(table.c.role.in_(sorted(role.value for role in ROLES)))
    return sa.and_(*conditions)


def _matches(kind: str, sought: Sought) -> sa.ColumnElement[bool]:
    """An entry that no provider has named yet answers to its id, so that a provider finds whom it will keep."""
    table, key = _table(kind)
    value = sought.value
    match sought.attribute:
        case None:
            return sa.true()
        case "id":
            return key == value
        case "external_id":
            unnamed = sa.and_(provisioned.c.entry_id.is_(None), key == value)
            return sa.or_(provisioned.c.external_id == value, unnamed)
        case "user_name":
            folded = str(value).casefold()
            unnamed = sa.and_(provisioned.c.entry_id.is_(None), sa.func.lower(key) == folded)
            return sa.or_(provisioned.c.name_key == folded, unnamed)
        case "name":
            return sa.func.lower(table.c.name) == sa.func.lower(str(value))
        case "active":
            active = table.c.status == PractitionerStatus.ACTIVE.value
            return active if value else sa.not_(active)
        case _:
            raise ValueError(sought.attribute)
