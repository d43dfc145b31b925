"""A page of a chronology as one statement: of each source no more rows than the page can show, by its index.

The sources are joined by UNION ALL, each cut for itself: so neither the length of a child's history nor what a reader
may not see is read through, and a record that was merged is a source of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeEngine

from chassis.chronology import Asked
from chassis.database import UtcDateTime
from contracts.vocabulary import ChronologyKind


@dataclass(frozen=True)
class Source:
    """Rows of one kind. `at`: the column of the day or of the moment. There must be an index on `owner`, what `where`
    asks for, and `at`."""

    kind: ChronologyKind
    tables: sa.FromClause
    owner: sa.Column[Any]
    """The record that the row is of."""
    at: sa.Column[Any]
    key: sa.Column[str]
    where: tuple[sa.ColumnElement[bool], ...] = ()
    columns: Mapping[str, sa.ColumnElement[Any]] = field(default_factory=dict)

    @property
    def has_moments(self) -> bool:
        return isinstance(self.at.type, UtcDateTime)


def page_of(sources: Sequence[Source], records: int, columns: Mapping[str, TypeEngine[Any]]) -> sa.CompoundSelect[Any]:
    """The statement for a child of so many records; run it with `values_for`.

    Rows come in no order, of each source and record at most one more than the page's limit: `kind`, `key`, `day` or
    `moment`, and `columns`, NULL where a source has none of that name.
    """
    return sa.union_all(
        *(sa.select(_term(source, number, columns).subquery()) for source in sources for number in range(records))
    )


def values_for(sources: Sequence[Source], records: Sequence[Any], asked: Asked) -> dict[str, Any]:
    values: dict[str, Any] = {"most": asked.limit + 1}
    values |= {f"record_{number}": record for number, record in enumerate(records)}
    for source in sources:
        span = asked.moments_of(source.kind) if source.has_moments else asked.days_of(source.kind)
        values |= {f"{_word(source)}_{name}": value for name, value in span._asdict().items()}
    return values


def _word(source: Source) -> str:
    return source.kind.value.replace("-", "_")


def _term(source: Source, number: int, columns: Mapping[str, TypeEngine[Any]]) -> sa.Select[Any]:
    word, at, key = _word(source), source.at, source.key
    low, high = (sa.bindparam(f"{word}_{name}", type_=at.type) for name in ("low", "high"))
    below = sa.tuple_(at, key) < sa.tuple_(high, sa.bindparam(f"{word}_key", type_=sa.String()))
    none: dict[str, sa.ColumnElement[Any]] = {
        "day": sa.cast(sa.null(), sa.Date()),
        "moment": sa.cast(sa.null(), UtcDateTime()),
        **{name: sa.cast(sa.null(), type_) for name, type_ in columns.items()},
    }
    shown = none | {"moment" if source.has_moments else "day": at} | dict(source.columns)
    return (
        sa.select(
            sa.literal(source.kind.value).label("kind"),
            key.label("key"),
            *(column.label(name) for name, column in shown.items()),
        )
        .select_from(source.tables)
        .where(source.owner == sa.bindparam(f"record_{number}", type_=source.owner.type), *source.where)
        .where(at >= low, below)
        .order_by(at.desc(), key.desc())
        .limit(sa.bindparam("most", type_=sa.Integer()))
    )
