"""Many rows in one statement. PostgreSQL takes each column as one list, SQLite the rows one after the other.

A statement for each row costs PostgreSQL several times more than the row does; SQLite runs them inside the process.
Very many rows that are new go to PostgreSQL by COPY.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg  # type: ignore[import-untyped]
import orjson
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

Row = Mapping[str, Any]

_FEW = 4
"""So few rows are as quick one by one, by statements that the driver has prepared already."""
VERY_MANY = 200
"""From so many on COPY is quicker: it asks about the table's columns first."""


def is_sqlite(connection: AsyncConnection) -> bool:
    return connection.dialect.name == "sqlite"


async def insert_rows(connection: AsyncConnection, table: sa.Table, rows: Sequence[Row]) -> None:
    """Inserts the rows, all of the same columns, in their order."""
    if len(rows) < _FEW or is_sqlite(connection):
        if rows:
            await connection.execute(sa.insert(table), list(rows))
        return
    if len(rows) >= VERY_MANY:
        await _copy(connection, table, rows)
        return
    await connection.execute(sa.insert(table).from_select(list(rows[0]), _selected(table, rows)))


async def insert_numbered(
    connection: AsyncConnection, table: sa.Table, number: str, key: str, rows: Sequence[Row]
) -> dict[Any, int]:
    """Inserts the rows into a table that numbers them itself. Returns the numbers, by what `key` is of each row."""
    if not rows:
        return {}
    insert = sa.insert(table)
    if not is_sqlite(connection):
        if len(rows) >= VERY_MANY:
            following = sa.func.nextval(sa.func.pg_get_serial_sequence(table.name, number))
            drawn = await connection.execute(sa.select(following).select_from(sa.func.generate_series(1, len(rows))))
            numbered = [{number: each, **row} for each, row in zip(drawn.scalars(), rows, strict=True)]
            await _copy(connection, table, numbered)
            return {row[key]: row[number] for row in numbered}
        chosen = insert.from_select(list(rows[0]), _selected(table, rows)).returning(table.c[key], table.c[number])
        return {row[0]: row[1] for row in await connection.execute(chosen)}
    found = await connection.execute(insert.returning(table.c[key], table.c[number]), list(rows))
    return {row[0]: row[1] for row in found}


async def insert_new(connection: AsyncConnection, table: sa.Table, rows: Sequence[Row]) -> None:
    """Inserts the rows that are not there yet."""
    if not rows:
        return
    insert = _insert(connection, table)
    if is_sqlite(connection):
        await connection.execute(insert.on_conflict_do_nothing(), list(rows))
    else:
        await connection.execute(insert.from_select(list(rows[0]), _selected(table, rows)).on_conflict_do_nothing())


async def put(connection: AsyncConnection, table: sa.Table, rows: Sequence[Row]) -> None:
    """Inserts the rows, or takes them in the place of those with the same primary key. No key may come twice."""
    if not rows:
        return
    insert = _insert(connection, table)
    key = [column.name for column in table.primary_key]
    changed = {name: insert.excluded[name] for name in rows[0] if name not in key}
    if is_sqlite(connection):
        await connection.execute(insert.on_conflict_do_update(index_elements=key, set_=changed), list(rows))
    else:
        chosen = insert.from_select(list(rows[0]), _selected(table, rows))
        await connection.execute(chosen.on_conflict_do_update(index_elements=key, set_=changed))


async def update_rows(connection: AsyncConnection, table: sa.Table, key: str, rows: Sequence[Row]) -> None:
    """Gives each row of which `key` is told the other values told. No key may come twice."""
    if not rows:
        return
    changed = [name for name in rows[0] if name != key]
    if is_sqlite(connection):
        # A parameter must not be named as a column that is set.
        values = {name: sa.bindparam(f"new_{name}", type_=table.c[name].type) for name in changed}
        update = sa.update(table).where(table.c[key] == sa.bindparam("of_key", type_=table.c[key].type)).values(values)
        parameters = [{"of_key": row[key]} | {f"new_{name}": row[name] for name in changed} for row in rows]
        await connection.execute(update, parameters)
        return
    told = _selected(table, rows).subquery("told")
    update = sa.update(table).where(table.c[key] == told.c[key]).values({name: told.c[name] for name in changed})
    await connection.execute(update)


async def copy_in(
    connection: AsyncConnection, table: sa.Table, columns: Sequence[str], records: Sequence[tuple[Any, ...]]
) -> None:
    """PostgreSQL's COPY of rows that are new, in the connection's transaction and with the errors of its statements.

    `records` in the driver's own types: a document as its text."""
    raw: Any = (await connection.get_raw_connection()).driver_connection
    if not raw.is_in_transaction():  # SQLAlchemy begins one with its first statement
        await connection.execute(sa.select(1))
    try:
        await raw.copy_records_to_table(table.name, records=records, columns=columns)
    except asyncpg.IntegrityConstraintViolationError as error:
        raise IntegrityError("COPY", None, error, hide_parameters=True) from error
    except (asyncpg.InterfaceError, asyncpg.PostgresConnectionError, asyncpg.OperatorInterventionError) as error:
        raise OperationalError("COPY", None, error, hide_parameters=True) from error
    except asyncpg.PostgresError as error:
        raise DBAPIError("COPY", None, error, hide_parameters=True) from error


async def _copy(connection: AsyncConnection, table: sa.Table, rows: Sequence[Row]) -> None:
    columns = []
    for name in rows[0]:
        kind, values = table.c[name].type, [row[name] for row in rows]
        columns.append([_document(kind, value) for value in values] if isinstance(kind, sa.JSON) else values)
    await copy_in(connection, table, list(rows[0]), list(zip(*columns, strict=True)))


def _document(kind: Any, value: object) -> str | None:
    """The document as the text that it is stored as, also where it is of a null."""
    return None if value is None and kind.none_as_null else document(value)


def unnested(columns: Mapping[str, tuple[sa.types.TypeEngine[Any], Sequence[Any]]]) -> sa.Subquery:
    """A table of PostgreSQL that is made of one list for each column: its type and its values, all as many.

    Each list travels as one JSON text: asyncpg looks at each element of an array, which costs several times more than
    the text does. Raises TypeError for values that JSON has no form for.
    """
    told = []
    for name, (kind, values) in columns.items():
        text = sa.bindparam(None, orjson.dumps(values, default=_written).decode(), type_=sa.Text())
        element: Any = sa.func.json_array_elements_text(sa.cast(text, sa.JSON()))
        told.append(sa.cast(element, kind).label(name))
    return sa.select(*told).subquery()


def document(value: object) -> str:
    """The JSON text of a value. What is no text (bytes that a file held where text should be) stays escaped in it."""
    try:
        return orjson.dumps(value).decode()
    except orjson.JSONEncodeError:
        return json.dumps(value)


def _written(value: object) -> str:
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"  # PostgreSQL's own form of a bytea
    raise TypeError(f"{type(value).__qualname__} cannot be sent as a text")


def _selected(table: sa.Table, rows: Sequence[Row]) -> sa.Select[Any]:
    """PostgreSQL's `SELECT` of the rows out of one list for each column."""
    columns: dict[str, tuple[sa.types.TypeEngine[Any], list[Any]]] = {}
    for name in rows[0]:
        kind, values = table.c[name].type, [row[name] for row in rows]
        if isinstance(kind, sa.JSON):
            values = [_document(kind, value) for value in values]
        columns[name] = (kind, values)
    return sa.select(*unnested(columns).c)


def _insert(connection: AsyncConnection, table: sa.Table) -> Any:
    # Both dialects have the same ON CONFLICT methods, but no common type that says so.
    return sqlite.insert(table) if is_sqlite(connection) else postgresql.insert(table)
