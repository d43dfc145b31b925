"""The few statements that SQLite and PostgreSQL write differently."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.bulk import is_sqlite, unnested


def among(
    connection: AsyncConnection, column: sa.Column[Any], values: Collection[int] | Collection[str]
) -> sa.ColumnElement[bool]:
    """`column` is one of the values, however many: they travel as one parameter."""
    if is_sqlite(connection):
        listed = sa.func.json_each(json.dumps(list(values))).table_valued("value")
        return column.in_(sa.select(listed.c.value))
    return column == sa.any_(sa.bindparam(None, list(values), type_=postgresql.ARRAY(column.type)))


Listed = Callable[[sa.Column[Any], str], sa.ColumnElement[bool]]
"""`listed(column, name)`: the column is one of the values that are given under that name."""


class Statement:
    """A statement that is built once for each kind of database.

    To build one anew, and to find its compiled form by all that is in it, takes longer than most take to run.
    """

    def __init__(self, build: Callable[[Listed], sa.Select[Any] | sa.CompoundSelect[Any]]) -> None:
        self._build = build
        self._built: dict[bool, sa.Select[Any] | sa.CompoundSelect[Any]] = {}

    async def __call__(
        self, connection: AsyncConnection, **values: Collection[int] | Collection[str]
    ) -> sa.CursorResult[*tuple[Any, ...]]:
        """Runs it with the values of each list, however many: each list travels as one parameter."""
        sqlite_ = is_sqlite(connection)
        statement = self._built.get(sqlite_)
        if statement is None:
            statement = self._built[sqlite_] = self._build(_in_json if sqlite_ else _in_array)
        given = {name: json.dumps(list(each)) if sqlite_ else list(each) for name, each in values.items()}
        found: sa.CursorResult[*tuple[Any, ...]] = await connection.execute(statement, given)
        return found


def _in_json(column: sa.Column[Any], name: str) -> sa.ColumnElement[bool]:
    listed = sa.func.json_each(sa.bindparam(name, type_=sa.Text())).table_valued("value")
    return column.in_(sa.select(listed.c.value))


def _in_array(column: sa.Column[Any], name: str) -> sa.ColumnElement[bool]:
    return column == sa.any_(sa.bindparam(name, type_=postgresql.ARRAY(column.type)))


async def put_newer(connection: AsyncConnection, table: sa.Table, row: Mapping[str, Any]) -> None:
    """Like `put`, but leaves a row of the same or a newer `version` alone."""
    insert = _insert(connection, table)
    key = [column.name for column in table.primary_key]
    changed = {name: insert.excluded[name] for name in row if name not in key}
    await connection.execute(
        insert.on_conflict_do_update(
            index_elements=key, set_=changed, where=table.c.version < insert.excluded["version"]
        ),
        [dict(row)],
    )


async def insert_pairs(
    connection: AsyncConnection, table: sa.Table, names: tuple[str, str], pairs: Sequence[tuple[int, int]]
) -> None:
    """Inserts pairs of numbers that are not there yet. They travel as one parameter or two: a statement for each
    pair costs many times more."""
    if not pairs:
        return
    if is_sqlite(connection):
        listed = sa.func.json_each(json.dumps(pairs)).table_valued("value")
        # "WHERE true" parts the SELECT from ON CONFLICT, which SQLite would take for a join's ON.
        columns = [sa.func.json_extract(listed.c.value, f"$[{place}]") for place in (0, 1)]
        chosen = sa.select(*columns).where(sa.true())
    else:
        found = unnested({name: (sa.BigInteger(), [pair[place] for pair in pairs]) for place, name in enumerate(names)})
        chosen = sa.select(*(found.c[name] for name in names))
    await connection.execute(_insert(connection, table).from_select(list(names), chosen).on_conflict_do_nothing())


def _insert(connection: AsyncConnection, table: sa.Table) -> Any:
    # Both dialects have the same ON CONFLICT methods, but no common type that says so.
    return sqlite.insert(table) if is_sqlite(connection) else postgresql.insert(table)
