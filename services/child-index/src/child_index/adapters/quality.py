"""Counting for the report on the quality of the index: two statements, however many children there are.

Numbers are checked here by the same arithmetic as in `domain.matching.identifiers`, since a million rows are too many
to bring to it; a test holds the two together.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.bulk import is_sqlite
from child_index.adapters import tables
from child_index.domain.days import uk_date
from child_index.domain.quality import AgencyFigures, Figures, NhsNumbers, PupilNumbers, Refused, Report

_child, _episodes, _reviews = tables.children, tables.episodes, tables.match_reviews
_services, _agencies = tables.services, tables.agencies
_imports, _results, _rejections = tables.imports, tables.import_results, tables.import_rejections

_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
_ROOT = sa.func.coalesce(_child.c.root_no, _child.c.child_no)
_REFUSED_FOR = ("nhs_number", "upn", "date_of_birth")
_Bool = sa.ColumnElement[bool]
_Text = sa.ColumnElement[Any]


class SqlQuality:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def report(self, stale_before: datetime, reviews_as_at: datetime) -> Report:
        if not is_sqlite(self._connection):
            # PostgreSQL takes the sets for far larger than they are, and would compile the statement for longer than
            # it runs.
            await self._connection.execute(sa.text("SET LOCAL jit = off"))
        children = (await self._connection.execute(self._children(stale_before))).all()
        others = (await self._connection.execute(_waiting_and_refused(reviews_as_at, stale_before))).all()
        names = {row.agency_id: row.name for row in await self._connection.execute(sa.select(_agencies))}
        found: dict[str | None, dict[str, int]] = {}
        for row in (*children, *others):
            counts = dict(row._mapping)
            about = found.setdefault(counts.pop("agency_id"), {})
            for name, count in counts.items():
                about[name] = about.get(name, 0) + (count or 0)
        every = _figures(found.pop(None, {}))
        agencies = [AgencyFigures(id_, names.get(id_), _figures(counts)) for id_, counts in found.items() if id_]
        return Report(every, tuple(sorted(agencies, key=lambda each: each.agency_id)))

    def _children(self, stale_before: datetime) -> sa.Select[Any]:
        """A row for each agency that is involved with a child now, and one (NULL) for all children."""
        whole = self._whole()
        fresh = _fresh(stale_before)
        shared = _shared(whole)
        involved = _involved()
        # NULL and not false for "has none": COUNT passes it over, in both databases.
        of = whole.c

        def counted(name: str, *conditions: _Bool) -> sa.Label[int]:
            return sa.func.count(sa.case((sa.and_(*conditions), 1))).label(name)

        return (
            sa.select(
                involved.c.agency_id,
                sa.func.count().label("children"),
                counted("nhs_valid", of.nhs.is_not(None)),
                counted("nhs_invalid", of.nhs.is_(None), of.nhs_bad.is_not(None)),
                counted("nhs_missing", of.nhs.is_(None), of.nhs_bad.is_(None)),
                counted("nhs_conflicting", of.nhs != of.nhs_last),
                counted("nhs_shared", shared.c.root.is_not(None)),
                counted("upn_permanent", of.upn_kind == 3),
                counted("upn_temporary", of.upn_kind == 2),
                counted("upn_invalid", of.upn_kind == 1),
                counted("upn_missing", of.upn_kind.is_(None)),
                counted("stale", fresh.c.root.is_(None)),
            )
            .select_from(
                whole.join(involved, involved.c.root == of.root)
                .outerjoin(fresh, fresh.c.root == of.root)
                .outerjoin(shared, shared.c.root == of.root)
            )
            .group_by(involved.c.agency_id)
        )

    def _whole(self) -> sa.CTE:
        """Each child once: a record that stands alone as it is, merged ones as one. `upn_kind` is the best there is."""
        # Each number is checked once, in a step of its own: written into the conditions that use it, its arithmetic
        # would be done again for each of them.
        upn = _child.c.upn
        kind = sa.case(
            (upn.is_(None), None),
            (~is_upn(upn, sqlite=is_sqlite(self._connection)), 1),
            (sa.func.ltrim(sa.func.substr(upn, 13, 1), "0123456789") == "", 3),
            else_=2,
        )
        checked = sa.select(
            _ROOT.label("root"),
            _child.c.root_no,
            _child.c.nhs_number,
            sa.case((is_nhs_number(_child.c.nhs_number), 1)).label("nhs_ok"),
            kind.label("upn_kind"),
        ).cte("checked")
        each = sa.select(
            checked.c.root,
            sa.case((checked.c.nhs_ok == 1, checked.c.nhs_number)).label("nhs"),
            sa.case((sa.and_(checked.c.nhs_number.is_not(None), checked.c.nhs_ok.is_(None)), 1)).label("nhs_bad"),
            checked.c.upn_kind,
        )
        alone = each.add_columns(each.selected_columns.nhs.label("nhs_last")).where(checked.c.root_no.is_(None))
        merged = each.where(checked.c.root_no.is_not(None)).subquery()
        together = sa.select(
            merged.c.root,
            sa.func.min(merged.c.nhs).label("nhs"),
            sa.func.max(merged.c.nhs_bad).label("nhs_bad"),
            sa.func.max(merged.c.upn_kind).label("upn_kind"),
            sa.func.max(merged.c.nhs).label("nhs_last"),
        ).group_by(merged.c.root)
        return sa.union_all(alone, together).cte("whole")


def _shared(whole: sa.CTE) -> sa.Subquery:
    """The children one of whose numbers (the first or the last of merged records) another child has too."""
    held = sa.union_all(
        sa.select(whole.c.root, whole.c.nhs).where(whole.c.nhs.is_not(None)),
        sa.select(whole.c.root, whole.c.nhs_last).where(whole.c.nhs_last != whole.c.nhs),
    ).subquery()
    twice = sa.select(held.c.nhs).group_by(held.c.nhs).having(sa.func.count() > 1).subquery()
    return sa.select(held.c.root).join_from(held, twice, held.c.nhs == twice.c.nhs).distinct().subquery()


def _involved() -> sa.Subquery:
    """With which children each agency is involved now; and every child once, with NULL.

    What is sensitive is left out, since nobody without a consent that names it may know of it: also where only the
    service was marked so, later.
    """
    with_agency = (
        sa.select(_ROOT.label("root"), _episodes.c.agency_id)
        .select_from(
            _episodes.join(_child, _child.c.child_no == _episodes.c.child_no).outerjoin(
                _services, _services.c.service_id == _episodes.c.service_id
            )
        )
        .where(
            _episodes.c.ended_on.is_(None),
            ~_episodes.c.sensitive,
            sa.func.coalesce(_services.c.sensitive, sa.false()) == sa.false(),
        )
        .distinct()
    )
    every = sa.select(_ROOT.label("root"), sa.cast(sa.null(), sa.String(64))).where(
        sa.or_(_child.c.root_no.is_(None), _child.c.root_no == _child.c.child_no)
    )
    return sa.union_all(with_agency, every).subquery()


def _fresh(since: datetime) -> sa.Subquery:
    """The children of whom something was written, or a row sent, since a time."""
    names, addresses, family = tables.other_names, tables.addresses, tables.relationships
    leads, said = tables.lead_professionals, tables.statements
    day = uk_date(since)

    def of(column: sa.Column[Any], *conditions: _Bool) -> sa.Select[Any]:
        return (
            sa.select(_ROOT.label("root"))
            .join_from(_child, column.table, column == _child.c.child_no)
            .where(*conditions)
        )

    sent = (
        sa.select(_ROOT.label("root"))
        .select_from(
            _results.join(_imports, _imports.c.import_id == _results.c.import_id).join(
                _child, _child.c.child_id == _results.c.child_id
            )
        )
        .where(_imports.c.created_at >= since, _imports.c.is_check.is_(False))
    )
    written = sa.union(
        sa.select(_ROOT.label("root")).where(_child.c.created_at >= since),
        of(said.c.child_no, said.c.said_on >= day),
        of(names.c.child_no, names.c.recorded_at >= since),
        of(addresses.c.child_no, addresses.c.since >= day),
        of(_episodes.c.child_no, sa.or_(_episodes.c.created_at >= since, _episodes.c.ended_on >= day)),
        of(leads.c.child_no, sa.or_(leads.c.assigned_at >= since, leads.c.ended_at >= since)),
        of(family.c.child_no, family.c.created_at >= since),
        of(family.c.other_child_no, family.c.created_at >= since),
        sent,
    )
    return written.subquery("fresh")


def _waiting_and_refused(reviews_as_at: datetime, since: datetime) -> sa.CompoundSelect[Any]:
    """Reviews that waited at a time, and rows refused since a time, by the sending agency and (NULL) for all."""
    names = ("reviews_waiting", *(f"refused_{field}" for field in _REFUSED_FOR))
    waited = sa.and_(
        _reviews.c.created_at < reviews_as_at,
        sa.or_(_reviews.c.resolved_at.is_(None), _reviews.c.resolved_at >= reviews_as_at),
    )
    sent = _rejections.join(_imports, _imports.c.import_id == _rejections.c.import_id)
    nothing = [sa.literal(0).label(name) for name in names]
    waiting = [sa.func.count().label(names[0]), *nothing[1:]]
    refused = [
        nothing[0],
        *(
            sa.func.count(sa.case((_rejections.c.field == field, 1))).label(name)
            for field, name in zip(_REFUSED_FOR, names[1:], strict=True)
        ),
    ]
    everybody = sa.cast(sa.null(), sa.String(64)).label("agency_id")
    recent = sa.and_(
        _imports.c.created_at >= since, _imports.c.is_check.is_(False), _rejections.c.field.in_(_REFUSED_FOR)
    )
    return sa.union_all(
        sa.select(_reviews.c.agency_id, *waiting)
        .where(waited, _reviews.c.agency_id.is_not(None))
        .group_by(_reviews.c.agency_id),
        sa.select(everybody, *waiting).where(waited),
        sa.select(_imports.c.agency_id, *refused)
        .select_from(sent)
        .where(recent, _imports.c.agency_id.is_not(None))
        .group_by(_imports.c.agency_id),
        sa.select(everybody, *refused).select_from(sent).where(recent),
    )


def is_nhs_number(column: _Text) -> _Bool:
    """Whether text passes the check of an NHS number; NULL does not."""
    weights = range(10, 0, -1)
    total = sum((weight * _digit(column, place) for place, weight in enumerate(weights, 1)), sa.literal(0))
    return sa.case((_all_digits(column, 10), total % 11 == 0), else_=sa.false())


def is_upn(column: _Text, *, sqlite: bool) -> _Bool:
    """Whether text passes the check of a unique pupil number, permanent or temporary; NULL does not."""
    found = sa.func.instr if sqlite else sa.func.strpos
    last = sa.func.substr(column, 13, 1)
    is_digit = sa.func.ltrim(last, "0123456789") == ""
    value = sa.case((is_digit, sa.cast(last, sa.Integer)), else_=found(_LETTERS, last) - 1)
    middle = sa.func.substr(column, 2, 11)
    total = sum((weight * _digit(column, weight) for weight in range(2, 13)), 13 * value)
    letter = sa.func.substr(_LETTERS, total % 23 + 1, 1)
    fits = sa.and_(sa.func.length(column) == 13, _all_digits(middle, 11))
    return sa.case((fits, sa.and_(value >= 0, letter == sa.func.substr(column, 1, 1))), else_=sa.false())


def _digit(column: _Text, place: int) -> _Text:
    return sa.cast(sa.func.substr(column, place, 1), sa.Integer)


def _all_digits(column: _Text, length: int) -> _Bool:
    return sa.and_(sa.func.length(column) == length, sa.func.ltrim(column, "0123456789") == "")


def _figures(counts: dict[str, int]) -> Figures:
    def of(name: str) -> int:
        return counts.get(name, 0)

    return Figures(
        children=of("children"),
        reviews_waiting=of("reviews_waiting"),
        nhs_number=NhsNumbers(
            valid=of("nhs_valid"),
            invalid=of("nhs_invalid"),
            missing=of("nhs_missing"),
            shared=of("nhs_shared"),
            conflicting=of("nhs_conflicting"),
        ),
        upn=PupilNumbers(
            permanent=of("upn_permanent"),
            temporary=of("upn_temporary"),
            invalid=of("upn_invalid"),
            missing=of("upn_missing"),
        ),
        stale=of("stale"),
        refused=Refused(*(of(f"refused_{field}") for field in _REFUSED_FOR)),
    )
