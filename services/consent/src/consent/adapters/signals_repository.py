"""Officers' signals, and the looks that they are found from."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.database import UtcDateTime
from consent.adapters.likeness_repository import ONE_PERSON, POSTS, merged_with
from consent.adapters.log_months import rows_of_leaves
from consent.adapters.tables import (
    access_log,
    accounts,
    child_likenesses,
    involvements,
    merges,
    overrides,
    practitioner_likenesses,
    practitioners,
    services,
    signal_entries,
    signal_progress,
    signals,
    team_members,
)
from consent.application.ports import Post, Record
from consent.domain.facts import InvolvementKind
from consent.domain.likeness import LikenessKind
from contracts.vocabulary import Outcome, Role

T = TypeVar("T")
_LOCK = 0x736967  # "sig": one finder at a time
_ASKED_BEFORE = timedelta(seconds=60)
"""A grant holds for so long: the decision that let the override be placed is no older."""
_PORTION = 500
"""Rows of looks that are held at once."""
_LOOK = [
    access_log.c[name]
    for name in ("entry_id", "at", "viewer_id", "agency_id", "child_id", "action", "outcome", "override_id")
]


def _alone(begin: datetime, end: datetime, actions: Sequence[str]) -> tuple[sa.ColumnElement[bool], ...]:
    """Looks at children with whom the viewer never had an involvement, by themselves or by their team as it is now."""
    log = access_log.c
    member = sa.and_(team_members.c.team_id == services.c.team_id, team_members.c.practitioner_id == log.viewer_id)
    same_child = sa.or_(
        involvements.c.child_id == log.child_id,
        # An involvement with a record that was merged, now or then, is one with the child who was looked at.
        involvements.c.child_id.in_(_ever_merged_with(log.child_id)),
    )
    own = sa.exists().where(same_child, involvements.c.practitioner_id == log.viewer_id)
    shared = sa.exists().where(
        same_child,
        involvements.c.kind.in_([InvolvementKind.EPISODE.value, InvolvementKind.REFERRAL.value]),
        services.c.service_id == involvements.c.service_id,
        member,
    )
    return (
        log.body.is_not(None),
        log.at >= begin,
        log.at < end,
        log.outcome == Outcome.PERMITTED.value,
        log.action.in_(actions),
        log.child_id.is_not(None),
        ~own,
        ~shared,
    )


class SignalsRepository:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def lock(self) -> None:
        """SQLite's writer is alone anyway; on PostgreSQL the finders of several replicas take turns."""
        if self._connection.dialect.name == "postgresql":
            await self._connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))

    async def progress(self, name: str) -> int | None:
        query = sa.select(signal_progress.c.position).where(signal_progress.c.name == name)
        return (await self._connection.execute(query)).scalar_one_or_none()

    async def set_progress(self, name: str, position: int) -> None:
        statement = self._insert(signal_progress).values(name=name, position=position)
        new = {"position": position}
        await self._connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=new))

    async def sequenced(self, first_leaf: int, limit: int) -> list[dict[str, Any]]:
        return await rows_of_leaves(self._connection, _LOOK, first_leaf, first_leaf + limit)

    async def busy(self, after: Mapping[Post, datetime], at_least: int) -> list[Post]:
        if not after:
            return []
        log = access_log.c
        query = (
            sa.select(log.viewer_id, log.agency_id)
            .where(log.viewer_id.in_({viewer_id for viewer_id, _ in after}), log.at > min(after.values()))
            .group_by(log.viewer_id, log.agency_id)
            .having(sa.func.count() >= at_least)
        )
        found = {(row.viewer_id, row.agency_id) for row in await self._connection.execute(query)}
        return [who for who in after if who in found]

    async def looks_of(
        self, who: Post, after: datetime, make: Callable[[Record], T], *, by_override: bool = False
    ) -> list[T]:
        log = access_log.c
        query = sa.select(*_LOOK).where(
            log.viewer_id == who[0], log.agency_id.is_not_distinct_from(who[1]), log.at > after
        )
        if by_override:
            query = query.where(log.override_id.is_not(None))
        # By portions: a row by itself would be waited for by itself.
        async with self._connection.stream(query, execution_options={"yield_per": _PORTION}) as rows:
            return [make(dict(row)) async for portion in rows.mappings().partitions() for row in portion]

    async def unreviewed_overrides(self, last: str, limit: int) -> list[dict[str, Any]]:
        column = overrides.c
        query = sa.select(overrides).where(column.reviewed_at.is_(None), column.override_id > last)
        return await self._rows(query.order_by(column.override_id).limit(limit))

    async def behind_override(self, override: Mapping[str, Any]) -> list[dict[str, Any]]:
        log = access_log.c
        asked = sa.and_(
            log.action == "override.invoke",
            log.outcome == Outcome.PERMITTED.value,
            log.at <= override["started_at"],
        )
        same = (
            log.viewer_id == override["viewer_id"],
            log.child_id == override["child_id"],
            log.body.is_not(None),
            log.at > override["started_at"] - _ASKED_BEFORE,
        )
        query = sa.select(*_LOOK).where(*same, sa.or_(log.override_id == override["override_id"], asked))
        return await self._rows(query)

    async def roles(self, viewer_ids: Sequence[str]) -> dict[str, Role | None]:
        person = practitioners.c
        found: dict[str, Role | None] = dict.fromkeys(viewer_ids)
        theirs = sa.select(accounts.c.account_id, accounts.c.identity, accounts.c.kind).where(
            sa.or_(accounts.c.account_id.in_(viewer_ids), accounts.c.identity.in_(viewer_ids))
        )
        for row in await self._connection.execute(theirs):
            found |= {name: Role(row.kind) for name in (row.account_id, row.identity) if name in found}
        query = sa.select(person.practitioner_id, person.role).where(person.practitioner_id.in_(viewer_ids))
        return found | {row.practitioner_id: Role(row.role) for row in await self._connection.execute(query)}

    async def first_look(self) -> datetime | None:
        at = access_log.c.at
        query = sa.select(at).where(access_log.c.body.is_not(None)).order_by(at, access_log.c.entry_id).limit(1)
        return (await self._connection.execute(query)).scalar_one_or_none()

    async def unfollowed(
        self, begin: datetime, end: datetime, actions: Sequence[str], at_least: int
    ) -> list[dict[str, Any]]:
        log, alone = access_log.c, _alone(begin, end, actions)
        many = (
            sa.select(log.viewer_id)
            .where(*alone)
            .group_by(log.viewer_id)
            .having(sa.func.count(sa.distinct(log.child_id)) >= at_least)
        )
        viewer_ids = (await self._connection.execute(many)).scalars().all()
        found: list[dict[str, Any]] = []
        for viewer_id in viewer_ids:
            found += await self._rows(sa.select(*_LOOK).where(*alone, log.viewer_id == viewer_id))
        return found

    async def unfollowed_namesakes(
        self, begin: datetime, end: datetime, actions: Sequence[str], at_least: int
    ) -> list[dict[str, Any]]:
        log, name, childs = access_log.c, practitioner_likenesses.c, child_likenesses.c
        common = (
            sa.select(childs.key)
            .select_from(practitioners)
            .join(POSTS, ONE_PERSON)
            .join(practitioner_likenesses, name.practitioner_id == POSTS.c.practitioner_id)
            .join(child_likenesses, sa.and_(childs.kind == name.kind, childs.key == name.key))
            .where(
                practitioners.c.practitioner_id == log.viewer_id,
                sa.or_(childs.child_id == log.child_id, childs.child_id.in_(merged_with(log.child_id))),
                name.kind == LikenessKind.FAMILY_NAME.value,
                name.since <= log.at,
                sa.or_(name.until.is_(None), name.until > log.at),
                childs.since <= log.at,
            )
        )
        found = await self._rows(sa.select(*_LOOK).where(*_alone(begin, end, actions), common.exists()))
        children: dict[str, set[str]] = defaultdict(set)
        for row in found:
            children[row["viewer_id"]].add(row["child_id"])
        return [row for row in found if len(children[row["viewer_id"]]) >= at_least]

    async def find(self, wanted: Mapping[str, Any]) -> dict[str, Any] | None:
        same = [signals.c[name].is_not_distinct_from(value) for name, value in wanted.items()]
        row = (await self._connection.execute(sa.select(signals).where(*same))).mappings().one_or_none()
        return None if row is None else dict(row)

    async def add(self, signal: Mapping[str, Any]) -> None:
        await self._connection.execute(sa.insert(signals).values(dict(signal)))

    async def add_entries(self, signal_id: str, entries: Mapping[str, datetime]) -> None:
        rows = [{"signal_id": signal_id, "entry_id": entry_id, "at": at} for entry_id, at in entries.items()]
        if rows:
            await self._connection.execute(self._insert(signal_entries).on_conflict_do_nothing(), rows)

    async def count(self, signal_id: str, peak: int) -> None:
        entry = signal_entries.c
        of_signal = entry.signal_id == signal_id
        query = sa.select(sa.func.count(), sa.func.min(entry.at), sa.func.max(entry.at)).where(of_signal)
        entries, began_at, ended_at = (await self._connection.execute(query)).one()
        values = {"entries": entries, "began_at": began_at, "ended_at": ended_at, "peak": peak}
        await self._connection.execute(sa.update(signals).where(signals.c.signal_id == signal_id).values(values))

    async def page(self, filters: Mapping[str, str | None], after: str | None, limit: int) -> list[dict[str, Any]]:
        """The one found last first."""
        query = sa.select(signals).order_by(signals.c.signal_id.desc()).limit(limit)
        for name, value in filters.items():
            if value is not None:
                query = query.where(signals.c[name] == value)
        if after is not None:
            query = query.where(signals.c.signal_id < after)
        return await self._rows(query)

    async def entries(self, signal_id: str, after: tuple[datetime, str] | None, limit: int) -> list[dict[str, Any]]:
        """The log rows behind a signal, oldest first."""
        entry, log = signal_entries.c, access_log.c
        same = sa.and_(entry.entry_id == log.entry_id, entry.at == log.at)
        query = sa.select(access_log).join(signal_entries, same)
        query = query.where(entry.signal_id == signal_id, log.body.is_not(None)).order_by(log.at, log.entry_id)
        if after is not None:
            query = query.where(
                sa.tuple_(log.at, log.entry_id) > sa.tuple_(sa.literal(after[0], UtcDateTime), sa.literal(after[1]))
            )
        return await self._rows(query.limit(limit))

    async def forget(self, before: datetime) -> None:
        await self._connection.execute(sa.delete(signal_entries).where(signal_entries.c.at < before))
        await self._connection.execute(sa.delete(signals).where(signals.c.ended_at < before))

    def _insert(self, table: sa.Table) -> Any:
        """INSERT ... ON CONFLICT, which both databases have, each by its own construct."""
        sqlite_here = self._connection.dialect.name == "sqlite"
        return sqlite.insert(table) if sqlite_here else postgresql.insert(table)

    async def _rows(self, query: sa.Select[Any]) -> list[dict[str, Any]]:
        return [dict(row) for row in (await self._connection.execute(query)).mappings()]


def _ever_merged_with(record: sa.ColumnElement[str]) -> sa.Select[tuple[str]]:
    into = sa.select(merges.c.from_id).where(merges.c.into_id == record)
    return merged_with(record).union_all(into)  # type: ignore[return-value]
