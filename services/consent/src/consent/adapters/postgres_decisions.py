"""The decision's transaction on PostgreSQL, by asyncpg and its prepared statements.

Two statements, each prepared once for a connection: the facts, and the log rows. The rows are the only thing written,
and one statement (or one batch, which asyncpg sends as one transaction) writes them all or none; so nothing would be
gained by two more trips to the server for BEGIN and COMMIT. As in any transaction that reads what is committed, the
facts are those of every change that was acknowledged before the decision began.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

import asyncpg  # type: ignore[import-untyped]

from chassis.database import Database
from chassis.errors import Unavailable
from consent.adapters.facts_rows import read_facts
from consent.adapters.facts_sql import POSTGRES_FACTS
from consent.adapters.tables import LOG_COLUMNS, access_log
from consent.application.ports import Conclude
from consent.domain.facts import ChildFacts, Viewer

_FACTS = POSTGRES_FACTS.replace(":children", "$1").replace(":viewer", "$2::varchar").replace(":account", "$3::varchar")
_INSERT = (
    f"INSERT INTO {access_log.name} ({', '.join(LOG_COLUMNS)}) "  # noqa: S608 - names of our own
    f"VALUES ({', '.join(f'${place}' for place in range(1, len(LOG_COLUMNS) + 1))})"
)
# Away, full, read-only, or a table that is gone: whatever it is, the row was not written.
_FAILED = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError)


class PostgresDecisions:
    """Connections of its own, made as they are needed and given back at `close`."""

    def __init__(self, database: Database, *, account_ids_are_identities: bool, connections: int = 10) -> None:
        self._url = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._by_account_id = account_ids_are_identities
        self._connections = connections
        self._pool: asyncpg.Pool | None = None
        self._opening = asyncio.Lock()

    async def __call__(self, identity: str, child_ids: Sequence[str], own: bool, conclude: Conclude) -> None:
        try:
            pool = self._pool or await self._open()
            async with pool.acquire(timeout=10) as connection:
                await self._transact(connection, identity, child_ids, own, conclude)
        except _FAILED as error:
            raise Unavailable("The decision could not be recorded, so nothing is answered") from error

    async def _transact(
        self, connection: Any, identity: str, child_ids: Sequence[str], own: bool, conclude: Conclude
    ) -> None:
        viewer, children = await self._facts(connection, identity, child_ids)
        if own and viewer.child_id is not None:
            child_ids = [viewer.child_id]
            viewer, children = await self._facts(connection, identity, child_ids)
        rows = [[row[name] for name in LOG_COLUMNS] for row in conclude(viewer, child_ids, children)]
        if len(rows) == 1:
            await connection.execute(_INSERT, *rows[0])
        elif rows:
            await connection.executemany(_INSERT, rows)

    async def _facts(
        self, connection: Any, identity: str, child_ids: Sequence[str]
    ) -> tuple[Viewer, dict[str, ChildFacts]]:
        account = identity if self._by_account_id else ""
        found = await connection.fetch(_FACTS, list(dict.fromkeys(child_ids)), identity, account)
        return read_facts(identity, found)

    async def _open(self) -> Any:
        async with self._opening:
            if self._pool is None:
                self._pool = await asyncpg.create_pool(
                    self._url,
                    min_size=1,
                    max_size=self._connections,
                    record_class=_Row,
                    command_timeout=30,
                    reset=_nothing_to_undo,
                )
            return self._pool

    async def close(self) -> None:
        if self._pool is not None:
            await self._pool.close()
            self._pool = None


async def _nothing_to_undo(_connection: Any) -> None:
    """asyncpg would ask the server to forget session state at each return; these two statements leave none."""


class _Row(asyncpg.Record):  # type: ignore[misc]
    """A row whose columns are attributes, as `read_facts` takes them."""

    def __getattr__(self, name: str) -> Any:
        return self[name]
