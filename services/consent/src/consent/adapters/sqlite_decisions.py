"""The decision's transaction on SQLite, by the driver.

SQLAlchemy's way to SQLite changes threads for each cursor, statement, fetch and close, a dozen times for one decision;
here there is no change.
"""

import sqlite3
from collections import namedtuple
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from chassis.database import Database
from chassis.errors import Unavailable
from consent.adapters.facts_rows import kin_in, read_facts, records_in
from consent.adapters.facts_sql import SQLITE_FACTS, SQLITE_KIN
from consent.adapters.tables import LOG_COLUMNS, access_log, log_waiting
from consent.application.ports import Conclude

_Row = namedtuple("_Row", ("kind", "child", "a", "b", "c", "d", "e", "f", "g"))
_INSERT = (
    f"INSERT INTO {access_log.name} ({', '.join(LOG_COLUMNS)}) "  # noqa: S608 - names of our own
    f"VALUES ({', '.join(f':{name}' for name in LOG_COLUMNS)})"
)
_WAITS = f"INSERT INTO {log_waiting.name} (entry_id, leaf_hash) VALUES (:entry_id, :leaf_hash)"  # noqa: S608


class SqliteDecisions:
    """The decision's transaction through the driver, on a connection of its own, in the event loop's own thread.

    It takes a few tenths of a millisecond, the disk included. Handed to another thread it takes many times that under
    load: each of its statements gives up the interpreter's lock, and waits for it again behind the loop. It never
    waits for another writer here, since the writers of this process queue.
    """

    def __init__(self, database: Database, *, account_ids_are_identities: bool) -> None:
        self._database = database
        self._by_account_id = account_ids_are_identities
        self._connection: sqlite3.Connection | None = None

    async def __call__(self, identity: str, child_ids: Sequence[str], own: bool, conclude: Conclude) -> None:
        async with self._database.writing():
            try:
                self._transact(identity, child_ids, own, conclude)
            except sqlite3.Error as error:
                raise Unavailable("The decision could not be recorded, so nothing is answered") from error

    def _transact(self, identity: str, child_ids: Sequence[str], own: bool, conclude: Conclude) -> None:
        connection = self._connection = self._connection or self._open()
        connection.execute("BEGIN IMMEDIATE")
        try:
            viewer, children = read_facts(identity, self._rows(connection, identity, child_ids))
            if own and viewer.child_id is not None:
                child_ids = [viewer.child_id]
                viewer, children = read_facts(identity, self._rows(connection, identity, child_ids))
            # SQLAlchemy keeps moments in SQLite in this form, in UTC and without the zone.
            rows = [
                {**row, "at": row["at"].strftime("%Y-%m-%d %H:%M:%S.%f")}
                for row in conclude(viewer, child_ids, children)
            ]
            connection.executemany(_INSERT, rows)
            connection.executemany(_WAITS, rows)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

    def _rows(self, connection: sqlite3.Connection, identity: str, child_ids: Sequence[str]) -> list[_Row]:
        who = {"viewer": identity, "account": identity if self._by_account_id else ""}
        asked = list(dict.fromkeys(child_ids))
        rows = _ask(connection, SQLITE_FACTS, ":records", asked, who)
        records = records_in(rows, asked)
        if len(records) > len(asked):
            rows = _ask(connection, SQLITE_FACTS, ":records", records, who)
        kin = kin_in(rows, records)
        return rows + _ask(connection, SQLITE_KIN, ":kin", kin, {}) if kin else rows

    def _open(self) -> sqlite3.Connection:
        assert self._database.url.database is not None
        connection = sqlite3.connect(
            self._database.url.database,
            timeout=30,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=256,
        )
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            connection.execute(f"PRAGMA {pragma}")
        return connection

    async def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _ask(
    connection: sqlite3.Connection, statement: str, place: str, ids: Sequence[str], given: dict[str, Any]
) -> list[_Row]:
    given = {**given, **{f"i{number}": each for number, each in enumerate(ids)}}
    return [_Row(*row) for row in connection.execute(_listing(statement, place, len(ids)), given)]


@lru_cache(maxsize=64)
def _listing(statement: str, place: str, count: int) -> str:
    listed = ", ".join(f":i{number}" for number in range(count)) or "NULL"
    return statement.replace(place, f"({listed})")
