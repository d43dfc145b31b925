"""The chronology over SQLAlchemy Core: where each kind of entry is read from.

A new kind is a line in `_SOURCES` (and in `contracts.vocabulary.ChronologyKind`, `Entry.link` and the titles of
`api/chronology_schemas.py`), with an index in the order of its date behind it.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeEngine

from assessment.adapters.life_event_tables import life_events
from assessment.adapters.lifecycle_tables import closures, completions
from assessment.adapters.referral_tables import referrals
from assessment.adapters.tables import (
    actions,
    assessments,
    practitioners,
    reviews,
    stages,
    team_invitations,
    team_memberships,
)
from assessment.adapters.teams import open_to
from assessment.domain import chronology
from assessment.domain.chronology import Entry, Who
from chassis.chronology import Asked, Place, cut
from chassis.chronology_sql import Source, page_of, values_for
from chassis.database import UtcDateTime
from contracts.vocabulary import Category, ChronologyKind

_a, _b, _e, _i = actions.c, assessments.c, life_events.c, team_invitations.c
_m, _r, _s = team_memberships.c, reviews.c, stages.c
_c, _f, _t = closures.c, completions.c, referrals.c
_COLUMNS: dict[str, TypeEngine[Any]] = {
    "category": sa.String(20),
    "recorded_at": UtcDateTime(),
    "by": sa.String(64),
    "agency_id": sa.String(64),
    "accuracy": sa.String(3),
    "detail": sa.Text(),
    "words": sa.Text(),
}
_TEAM = team_memberships.join(team_invitations)
_MEMBER = {"by": _i.practitioner_id, "words": _i.part}
# Literals, because neither database uses a partial index whose condition stands in a parameter.
_DONE = _a.status == sa.literal_column("'done'")
_FIRST = _f.version == sa.literal_column("1")
_STANDS = _e.status != sa.literal_column("'withdrawn'")
_VIEWER = sa.bindparam("viewer", type_=sa.String(64))

_BY_CATEGORY: dict[Category, tuple[Source, ...]] = {
    Category.INVOLVEMENT: (
        Source(
            ChronologyKind.ASSESSMENT_BEGUN,
            assessments,
            _b.child_id,
            _b.begun_at,
            _b.assessment_id,
            columns={
                "recorded_at": _b.begun_at,
                "by": _b.begun_by,
                "detail": sa.cast(_b.template_version, sa.Text()),
                "words": _b.template_id,
            },
        ),
        # How it stands in its life is told to whom that it was begun is; what it came to, where it is read.
        Source(
            ChronologyKind.ASSESSMENT_COMPLETED,
            completions,
            _f.child_id,
            _f.completed_at,
            _f.assessment_id,
            (_FIRST,),
            {"recorded_at": _f.completed_at, "by": _f.completed_by},
        ),
        Source(
            ChronologyKind.ASSESSMENT_CLOSED,
            closures,
            _c.child_id,
            _c.closed_at,
            _c.assessment_id,
            columns={"recorded_at": _c.closed_at, "by": _c.closed_by},
        ),
    ),
    Category.PLAN: (
        Source(
            ChronologyKind.TEAM_JOINED,
            _TEAM,
            _m.child_id,
            _m.joined_at,
            _m.membership_id,
            columns={**_MEMBER, "recorded_at": _m.joined_at},
        ),
        # Answered by the release before, which knew no `joined_at`, while both ran: few, and sorted as they are read.
        Source(
            ChronologyKind.TEAM_JOINED,
            _TEAM,
            _m.child_id,
            _i.answered_at,
            _m.membership_id,
            (_m.joined_at.is_(None), _i.accepted),
            {**_MEMBER, "recorded_at": _i.answered_at},
        ),
        Source(
            ChronologyKind.TEAM_LEFT,
            _TEAM,
            _m.child_id,
            _m.ended_at,
            _m.membership_id,
            (_i.accepted,),
            {**_MEMBER, "recorded_at": _m.ended_at},
        ),
        Source(
            ChronologyKind.REVIEW_HELD,
            reviews,
            _r.child_id,
            _r.held_on,
            _r.review_id,
            columns={"recorded_at": _r.recorded_at, "by": _r.recorded_by},
        ),
        Source(
            ChronologyKind.STAGE_AGREED,
            stages,
            _s.child_id,
            _s.set_at,
            _s.stage_id,
            columns={"recorded_at": _s.set_at, "by": _s.set_by, "detail": sa.cast(_s.stage, sa.Text())},
        ),
    ),
}
"""What is of one category, whatever it says."""

_BY_ITS_OWN: tuple[tuple[Source, sa.Column[str]], ...] = (
    (
        Source(
            ChronologyKind.ACTION_DONE,
            actions,
            _a.child_id,
            _a.done_at,
            _a.action_id,
            (_DONE,),
            {"recorded_at": _a.done_at, "by": _a.done_by, "words": _a.title},
        ),
        _a.category,
    ),
    (
        Source(
            ChronologyKind.REFERRAL_SENT,
            referrals,
            _t.child_id,
            _t.sent_at,
            _t.referral_id,
            columns={"recorded_at": _t.sent_at, "by": _t.referred_by},
        ),
        _t.category,
    ),
    (
        Source(
            ChronologyKind.LIFE_EVENT,
            life_events,
            _e.child_id,
            _e.occurred_on,
            _e.life_event_id,
            (_STANDS,),
            {
                "recorded_at": _e.recorded_at,
                "by": _e.recorded_by,
                "agency_id": _e.agency_id,
                "accuracy": _e.accuracy,
                "detail": _e.code,
                "words": _e.words,
            },
        ),
        _e.category,
    ),
)
"""What has a category of its own: a source for each, so that what is not granted is not read."""

# As above: done by the release before.
_DONE_BEFORE = Source(
    ChronologyKind.ACTION_DONE,
    actions,
    _a.child_id,
    _a.changed_at,
    _a.action_id,
    (_DONE, _a.done_at.is_(None)),
    {"recorded_at": _a.changed_at, "by": _a.changed_by, "words": _a.title, "category": _a.category},
)


@lru_cache(maxsize=1024)
def _statement(
    kinds: frozenset[ChronologyKind], categories: frozenset[Category], records: int
) -> tuple[list[Source], sa.CompoundSelect[Any] | None]:
    """Built once: to build one anew, and to find its compiled form by all that is in it, takes longer than it runs."""
    sources = [replace(_DONE_BEFORE, where=(*_DONE_BEFORE.where, _a.category.in_(sorted(categories))))]
    for category in sorted(categories):
        named = sa.literal(category.value)
        for source in _BY_CATEGORY.get(category, ()):
            sources.append(replace(source, columns={**source.columns, "category": named}))
        for source, column in _BY_ITS_OWN:
            own = {**source.columns, "category": column}
            sources.append(replace(source, where=(column == named, *source.where), columns=own))
    shown = open_to(_VIEWER, sensitive=Category.SENSITIVE in categories)
    wanted = [
        replace(source, where=(*source.where, *shown)) if source.tables is _TEAM else source
        for source in sources
        if source.kind in kinds
    ]
    return wanted, page_of(wanted, records, _COLUMNS) if wanted else None


class SqlChronology:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def page(
        self, records: Sequence[str], categories: Collection[Category], viewer_id: str, asked: Asked
    ) -> list[Entry]:
        sources, statement = _statement(asked.kinds, frozenset(categories), len(records))
        if statement is None:
            return []
        values = values_for(sources, records, asked) | {"viewer": viewer_id}
        rows = {_place(row): row for row in await self._connection.execute(statement, values)}
        shown = [(place, rows[place]) for place in cut(rows, asked.limit)]
        known = await self._practitioners({row.by for _, row in shown})
        return [_entry(place, row, known) for place, row in shown]

    async def _practitioners(self, ids: Collection[str]) -> dict[str, sa.Row[Any]]:
        if not ids:
            return {}
        query = sa.select(practitioners).where(practitioners.c.practitioner_id.in_(ids))
        return {row.practitioner_id: row for row in await self._connection.execute(query)}


def _place(row: sa.Row[Any]) -> Place:
    kind = ChronologyKind(row.kind)
    return Place(row.day, kind, None, row.key) if row.moment is None else Place.at(row.moment, kind, row.key)


def _entry(place: Place, row: sa.Row[Any], known: dict[str, sa.Row[Any]]) -> Entry:
    person = known.get(row.by)
    return Entry(
        place=place,
        category=Category(row.category),
        recorded_at=row.recorded_at,
        by=Who(row.by, role=None if person is None else person.role),
        # Of a life event the agency that the recorder worked for then; of the rest the one they were last known in.
        source=chronology.Source(agency_id=row.agency_id or (None if person is None else person.agency_id)),
        accuracy=row.accuracy or "AAA",
        detail=row.detail,
        words=row.words,
    )
