"""Teams over SQLAlchemy Core, the same on SQLite and PostgreSQL."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from assessment.adapters.tables import practitioners, team_invitations, team_memberships
from assessment.domain.teams import Invitation, Membership

_i, _m = team_invitations.c, team_memberships.c
_MEMBERSHIPS = (
    sa.select(*_i, _m.membership_id, _m.child_id, _m.ended_at, _m.ended_by, practitioners.c.active)
    .select_from(team_memberships.join(team_invitations))
    .outerjoin(practitioners, practitioners.c.practitioner_id == _i.practitioner_id)
)
_JOINED = sa.and_(_i.accepted, _m.ended_at.is_(None))


def open_to(viewer_id: str | sa.ColumnElement[str], *, sensitive: bool) -> tuple[sa.ColumnElement[bool], ...]:
    """Of invitations that are sensitive, without `sensitive`, those alone that concern the viewer."""
    if sensitive:
        return ()
    mine = sa.or_(_i.practitioner_id == viewer_id, _i.invited_by == viewer_id)
    return (sa.or_(sa.not_(_i.sensitive), mine),)


class SqlTeams:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def invite(self, invitation: Invitation, memberships: Sequence[tuple[str, str]]) -> None:
        await self._connection.execute(sa.insert(team_invitations).values(**asdict(invitation)))
        await self._connection.execute(
            sa.insert(team_memberships),
            [
                {"membership_id": membership_id, "invitation_id": invitation.invitation_id, "child_id": child_id}
                for membership_id, child_id in memberships
            ],
        )

    async def page(
        self,
        records: Collection[str],
        *,
        history: bool,
        sensitive: bool,
        viewer_id: str,
        before: str | None,
        limit: int,
    ) -> list[Membership]:
        wanted = _MEMBERSHIPS.where(_m.child_id.in_(records))
        if not history:
            wanted = wanted.where(_m.ended_at.is_(None), sa.or_(_i.accepted.is_(None), _i.accepted))
        wanted = wanted.where(*open_to(viewer_id, sensitive=sensitive))
        if before is not None:
            wanted = wanted.where(_m.membership_id < before)
        return await self._read(wanted.order_by(_m.membership_id.desc()).limit(limit))

    async def working(self, records: Collection[str]) -> list[Membership]:
        return await self._read(_MEMBERSHIPS.where(_m.child_id.in_(records), _JOINED))

    async def of(self, practitioner_id: str, limit: int, records: Collection[str] | None = None) -> list[Membership]:
        wanted = _MEMBERSHIPS.where(_i.practitioner_id == practitioner_id, _JOINED)
        if records is not None:
            wanted = wanted.where(_m.child_id.in_(records))
        return await self._read(wanted.order_by(_m.membership_id.desc()).limit(limit))

    async def find(self, membership_id: str) -> Membership | None:
        found = await self._read(_MEMBERSHIPS.where(_m.membership_id == membership_id))
        return found[0] if found else None

    async def open_for(self, practitioner_id: str, before: str | None, limit: int) -> list[Invitation]:
        stands = sa.exists().where(_m.invitation_id == _i.invitation_id, _m.ended_at.is_(None))
        wanted = sa.select(team_invitations).where(
            _i.practitioner_id == practitioner_id, _i.answered_at.is_(None), stands
        )
        if before is not None:
            wanted = wanted.where(_i.invitation_id < before)
        found = await self._connection.execute(wanted.order_by(_i.invitation_id.desc()).limit(limit))
        return [Invitation(**row._mapping) for row in found]

    async def answer(
        self, invitation_id: str, practitioner_id: str, at: datetime, *, accepted: bool
    ) -> tuple[Invitation, list[tuple[str, str]]] | None:
        # Locked first, as by who takes it back: of the two the one that comes second finds what the first has done.
        held = sa.select(_m.membership_id, _m.child_id).where(_m.invitation_id == invitation_id, _m.ended_at.is_(None))
        standing = (await self._connection.execute(held.order_by(_m.membership_id).with_for_update())).all()
        if not standing:
            return None
        answered = (
            sa.update(team_invitations)
            .where(_i.invitation_id == invitation_id, _i.practitioner_id == practitioner_id, _i.answered_at.is_(None))
            .values(answered_at=at, accepted=accepted)
            .returning(team_invitations)
        )
        row = (await self._connection.execute(answered)).one_or_none()
        if row is None:
            return None
        if accepted:
            joined = sa.update(team_memberships).where(_m.invitation_id == invitation_id, _m.ended_at.is_(None))
            await self._connection.execute(joined.values(joined_at=at))
        return Invitation(**row._mapping), [(each.membership_id, each.child_id) for each in standing]

    async def end(self, membership_id: str, at: datetime, by: str) -> bool:
        ended = sa.update(team_memberships).where(_m.membership_id == membership_id, _m.ended_at.is_(None))
        return (await self._connection.execute(ended.values(ended_at=at, ended_by=by))).rowcount == 1

    async def purge(self, child_id: str) -> None:
        await self._connection.execute(sa.delete(team_memberships).where(_m.child_id == child_id))
        kept = sa.exists().where(_m.invitation_id == _i.invitation_id)
        await self._connection.execute(sa.delete(team_invitations).where(sa.not_(kept)))

    async def _read(self, query: sa.Select[Any]) -> list[Membership]:
        return [_membership(row) for row in await self._connection.execute(query)]


_INVITATION = tuple(field.name for field in fields(Invitation))


def _membership(row: sa.Row[Any]) -> Membership:
    invitation = Invitation(**{name: getattr(row, name) for name in _INVITATION})
    return Membership(row.membership_id, row.child_id, invitation, bool(row.active), row.ended_at, row.ended_by)
