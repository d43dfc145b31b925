"""The decision's transaction on PostgreSQL, by asyncpg and its prepared statements.

Two statements, each prepared once for a connection: the facts, and the log rows. The rows are the only thing written,
and one statement writes them all or none; so nothing would be gained by two more trips to the server for BEGIN and
COMMIT. As in any transaction that reads what is committed, the facts are those of every change that was acknowledged
before the decision began.

Decisions that wait while a connection is on its way share its next trips: a trip costs more than a decision, and a
commit to the disk more than both. Nothing waits for others to come. Each is still decided on facts that were read after
it was asked for, and answered after its own row is on the disk.
"""

import asyncio
from collections import deque, namedtuple
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import asyncpg  # type: ignore[import-untyped]
import orjson

from chassis.database import Database
from chassis.errors import Unavailable
from consent.adapters.facts_rows import read_children, read_viewer, rows_by_kind
from consent.adapters.facts_sql import POSTGRES_FACTS_OF_SEVERAL
from consent.adapters.tables import LOG_COLUMNS, access_log, log_waiting
from consent.application.ports import Conclude
from consent.domain.facts import ChildFacts, Viewer

_FACTS = (
    POSTGRES_FACTS_OF_SEVERAL.replace(":children", "$1")
    .replace(":viewers", "$2::varchar[]")
    .replace(":accounts", "$3::varchar[]")
)
_COLUMNS = ", ".join(LOG_COLUMNS)
_INSERT = f"""
WITH said AS (
  INSERT INTO {access_log.name} ({_COLUMNS})
  SELECT {_COLUMNS} FROM json_populate_recordset(NULL::{access_log.name}, $1::json) RETURNING entry_id, leaf_hash
)
INSERT INTO {log_waiting.name} (entry_id, leaf_hash) SELECT entry_id, leaf_hash FROM said
"""  # noqa: S608 - names of our own
_Row = namedtuple("_Row", ("kind", "child", "a", "b", "c", "d", "e", "f", "g"))

# Away, full, read-only, or a table that is gone: nothing is answered. Where the server did not refuse the statement but
# went away, the rows may have been written all the same, and are not written again.
_FAILED = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, TimeoutError)
_WENT_AWAY = (asyncpg.PostgresConnectionError, asyncpg.OperatorInterventionError)
_TOOK_TOO_LONG = (asyncpg.QueryCanceledError, asyncpg.LockNotAvailableError, TimeoutError)
_ANSWERS_LATE = 5.0
"""Seconds for which the server's own word that a statement took too long may be on its way."""
_MOST_TOGETHER = 64


@dataclass(eq=False, slots=True)
class _Waiting:
    """One decision that was asked for. `done` is set once its rows are on the disk, or cannot be."""

    identity: str
    child_ids: Sequence[str]
    own: bool
    conclude: Conclude
    done: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class PostgresDecisions:
    """Connections of its own, made as they are needed and given back at `close`."""

    def __init__(self, database: Database, *, account_ids_are_identities: bool, connections: int = 2) -> None:
        self._url = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._timeouts = database.timeouts
        self._by_account_id = account_ids_are_identities
        self._connections = connections
        self._waiting: deque[_Waiting] = deque()
        self._serving = 0
        self._under_way: set[asyncio.Task[None]] = set()
        self._free: list[Any] = []

    async def __call__(self, identity: str, child_ids: Sequence[str], own: bool, conclude: Conclude) -> None:
        mine = _Waiting(identity, child_ids, own, conclude)
        self._waiting.append(mine)
        if self._serving < self._connections:
            self._serving += 1
            task = asyncio.ensure_future(self._serve())
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
        await mine.done

    async def _serve(self) -> None:
        """Takes what waits, as often as something does, over one connection."""
        try:
            while self._waiting:
                together = [self._waiting.popleft() for _ in range(min(len(self._waiting), _MOST_TOGETHER))]
                try:
                    await self._decide(together)
                except _FAILED as error:
                    await self._decide_apart(together, error)
                except BaseException as error:
                    _fail(together, error)
                    if not isinstance(error, Exception):
                        raise
        finally:
            # In the same step that found nothing waiting: whoever asks after it is served by another.
            self._serving -= 1

    async def _decide_apart(self, together: Sequence[_Waiting], failed: Exception) -> None:
        """What one row cannot be written for must not keep back the others; nor are they asked for in vain when the
        database is away."""
        refused = isinstance(failed, asyncpg.PostgresError) and not isinstance(failed, (*_WENT_AWAY, *_TOOK_TOO_LONG))
        apart = refused and len(together) > 1
        for each in together:
            try:
                if not apart:
                    raise failed
                await self._decide([each])
            except _FAILED as error:
                _fail([each], error)

    async def _decide(self, together: Sequence[_Waiting]) -> None:
        kept: Any = self._free.pop() if self._free else None
        connection: Any = await self._connect() if kept is None or kept.is_closed() else kept
        try:
            try:
                rows = await self._concluded(connection, together)
            except (*_WENT_AWAY, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError) as error:
                if connection is not kept or isinstance(error, _TOOK_TOO_LONG):
                    raise
                # Cut since it was last used, as by a restart (a client error, where the driver has heard the server's
                # last words and not yet of the end). Nothing was written yet, so it is done again.
                connection.terminate()
                connection = await self._connect()
                rows = await self._concluded(connection, together)
            if rows:
                # As one text: the driver looks at each value of an array for arrays within it.
                await connection.execute(_INSERT, orjson.dumps(rows).decode())
        except asyncpg.PostgresError:  # the server said no, and is there for the next
            self._free.append(connection)
            raise
        except BaseException:
            connection.terminate()
            raise
        self._free.append(connection)
        for each in together:
            if not each.done.done():
                each.done.set_result(None)

    async def _concluded(self, connection: Any, together: Sequence[_Waiting]) -> list[dict[str, Any]]:
        """The log rows of these decisions."""
        viewers, children = await self._facts(connection, together, (i for each in together for i in each.child_ids))
        own = {child_id for each in together if each.own and (child_id := viewers[each.identity].child_id) is not None}
        if own:
            _, theirs = await self._facts(connection, [], own)
            children |= theirs
        rows: list[dict[str, Any]] = []
        for each in together:
            if each.done.done():  # nobody waits for it any more
                continue
            viewer, asked = viewers[each.identity], each.child_ids
            if each.own and viewer.child_id is not None:
                asked = [viewer.child_id]
            try:
                rows += each.conclude(viewer, asked, {i: children[i] for i in asked if i in children})
            except Exception as error:
                each.done.set_exception(error)
        return rows

    async def _facts(
        self, connection: Any, together: Sequence[_Waiting], child_ids: Iterable[str]
    ) -> tuple[dict[str, Viewer], dict[str, ChildFacts]]:
        identities = list(dict.fromkeys(each.identity for each in together))
        accounts = identities if self._by_account_id else []
        found = await connection.fetch(_FACTS, list(dict.fromkeys(child_ids)), identities, accounts)
        rows = rows_by_kind(map(_Row._make, found))
        return {each: read_viewer(each, rows) for each in identities}, read_children(rows)

    async def _connect(self) -> Any:
        # The statements' plans do not depend on whom they are about; made for each it would cost more than their work.
        settings = {"plan_cache_mode": "force_generic_plan", **self._timeouts.server_settings()}
        longest = self._timeouts.statement + _ANSWERS_LATE if self._timeouts.statement else None
        return await asyncpg.connect(
            self._url, timeout=self._timeouts.connect, command_timeout=longest, server_settings=settings
        )

    async def close(self) -> None:
        if self._under_way:
            await asyncio.wait(self._under_way)
        while self._free:
            await self._free.pop().close()


def _fail(together: Sequence[_Waiting], error: BaseException) -> None:
    for each in together:
        if each.done.done():
            continue
        if isinstance(error, _FAILED):
            told = Unavailable("The decision could not be recorded, so nothing is answered")
            told.__cause__ = error
            each.done.set_exception(told)
        elif isinstance(error, Exception):
            each.done.set_exception(error)
        else:
            each.done.cancel()
