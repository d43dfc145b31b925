"""The few statements that SQLite and PostgreSQL write differently."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection


def is_sqlite(connection: AsyncConnection) -> bool:
    return connection.dialect.name == "sqlite"


def among(
    connection: AsyncConnection, column: sa.Column[Any], values: Collection[int] | Collection[str]
) -> sa.ColumnElement[bool]:
    """`column` is one of the values, however many: they travel as one parameter."""
    if is_sqlite(connection):
        listed = sa.func.json_each(json.dumps(list(values))).table_valued("value")
        return column.in_(sa.select(listed.c.value))
    return column == sa.any_(sa.bindparam(None, list(values), type_=postgresql.ARRAY(column.type)))


async def insert_new(connection: AsyncConnection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Inserts the rows that are not there yet."""
    if rows:
        await connection.execute(_insert(connection, table).on_conflict_do_nothing(), list(rows))


async def put(connection: AsyncConnection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Inserts the rows, or takes them in the place of those with the same primary key."""
    if not rows:
        return
    insert = _insert(connection, table)
    key = [column.name for column in table.primary_key]
    changed = {name: insert.excluded[name] for name in rows[0] if name not in key}
    await connection.execute(insert.on_conflict_do_update(index_elements=key, set_=changed), list(rows))


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
    """Inserts pairs of numbers that are not there yet; on PostgreSQL as two arrays, which is many times quicker."""
    if not pairs:
        return
    if is_sqlite(connection):
        await insert_new(connection, table, [dict(zip(names, pair, strict=True)) for pair in pairs])
        return
    arrays = [sa.bindparam(None, [pair[i] for pair in pairs], type_=postgresql.ARRAY(sa.BigInteger)) for i in range(2)]
    listed = sa.func.unnest(*arrays).table_valued(*names).render_derived()
    statement = postgresql.insert(table).from_select(list(names), sa.select(*(listed.c[name] for name in names)))
    await connection.execute(statement.on_conflict_do_nothing())


def _insert(connection: AsyncConnection, table: sa.Table) -> Any:
    # Both dialects have the same ON CONFLICT methods, but no common type that says so.
    return sqlite.insert(table) if is_sqlite(connection) else postgresql.insert(table)
