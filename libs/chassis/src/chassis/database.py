"""One database of one service: PostgreSQL through asyncpg or SQLite through aiosqlite, behind SQLAlchemy Core."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.types import TypeDecorator

from chassis.errors import Unavailable
from chassis.timeouts import USUAL, Timeouts

_LONGEST_CONNECT = 5.0
"""Seconds for which a cancelled caller waits for the connection that it had asked for."""


_TRY_LATER = ("40001", "40P01", "55P03")
"""SQLSTATE of what PostgreSQL gave up and undid: a conflict, a deadlock, a lock that did not come."""
_NOT_NOW = ("08", "53", "57")
"""Classes of SQLSTATE: the connection is gone; there is no room; stopped by an operator or by a limit (a statement that
took too long), or by a server that is stopping, or that is not there yet."""
_WITHOUT_LIMIT = sa.text(
    "SELECT set_config('statement_timeout', '0', true), set_config('lock_timeout', '0', true),"
    " set_config('idle_in_transaction_session_timeout', '0', true)"
)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment. PostgreSQL keeps it with its zone, SQLite without; it is always UTC on our side."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Database:
    """An engine and, for SQLite, the one queue of its writers.

    SQLite lets one transaction write at a time, and its own busy-wait sleeps; so writers of this process queue here,
    in order, and a write transaction takes its lock at once (`BEGIN IMMEDIATE`) instead of failing half-way.
    """

    def __init__(self, url: str, *, pool_size: int = 10, timeouts: Timeouts = USUAL) -> None:
        self.url: URL = make_url(url)
        self.timeouts = timeouts
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._writers = asyncio.Lock()
        # Hidden: a database error's text would otherwise carry the names and numbers of the statement.
        options: dict[str, Any] = {
            "pool_size": pool_size,
            "max_overflow": 0,
            "pool_timeout": 10,
            "hide_parameters": True,
        }
        # A thread that gave up the interpreter's lock waits for a busy one this long to have it back, by Python's own
        # setting 5 ms: SQLite's threads at every step of a statement, the event loop after every wait beside an import.
        sys.setswitchinterval(min(sys.getswitchinterval(), 0.0005))
        if self.is_sqlite:
            if self.url.database:
                Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
            options["connect_args"] = {"timeout": 30}
        else:
            options["connect_args"] = {"timeout": timeouts.connect, "server_settings": timeouts.server_settings()}
        self.engine: AsyncEngine = create_async_engine(self.url, **options)
        if self.is_sqlite:
            event.listen(self.engine.sync_engine, "connect", _prepare_sqlite)
            event.listen(self.engine.sync_engine, "begin", _begin_sqlite)
        else:
            event.listen(self.engine.sync_engine, "checkout", _still_open)

    @asynccontextmanager
    async def write(self, *, patient: bool = False) -> AsyncIterator[AsyncConnection]:
        """A connection in a transaction that may write. Rolls back unless committed. `patient`: the work of a job,
        which takes as long as it takes; the limits hold again after its first commit."""
        async with self.writing(), self._connection(patient) as connection:
            yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[None]:
        """A turn in the queue of SQLite's writers, for an adapter that writes by the driver. No wait elsewhere."""
        if self.is_sqlite:
            async with self._writers:
                yield
        else:
            yield

    @asynccontextmanager
    async def read(self, *, patient: bool = False) -> AsyncIterator[AsyncConnection]:
        """A connection that reads one snapshot and writes nothing. `patient`: as in `write`."""
        async with self._connection(patient, kith_read=True) as connection:
            yield connection

    @asynccontextmanager
    async def _connection(self, patient: bool, **options: Any) -> AsyncIterator[AsyncConnection]:
        with unavailable_when_away():
            connection = await self._connected()
        try:
            await connection.execution_options(**options)
            if patient and not self.is_sqlite:
                with unavailable_when_away():
                    await connection.execute(_WITHOUT_LIMIT)
            yield connection
        finally:
            # Shielded, so that a cancelled request still gives its connection back clean.
            await asyncio.shield(connection.close())

    async def _connected(self) -> AsyncConnection:
        """A connection from the pool. A caller that is cancelled meanwhile gives it back, however often it is
        cancelled: dropped half-made, its socket or thread would stay until the process ends."""

        async def connect() -> AsyncConnection:
            return await self.engine.connect()

        connecting = asyncio.ensure_future(connect())
        try:
            return await asyncio.shield(connecting)
        except asyncio.CancelledError:
            await _to_its_end(connecting)
            if not connecting.done():
                connecting.cancel()
            elif not connecting.cancelled() and connecting.exception() is None:
                await _to_its_end(asyncio.ensure_future(connecting.result().close()))
            raise

    @asynccontextmanager
    async def apart(self) -> AsyncIterator[Any]:
        """The driver's own connection (asyncpg's), taken out of the pool for what lasts: a session's lock, LISTEN.

        Cut off at the end without a word, since a server that is away would be waited for. PostgreSQL only.
        """
        with unavailable_when_away():
            connection = await self._connected()
            try:
                pooled = await connection.get_raw_connection()
                driver = pooled.driver_connection
                pooled.detach()
            except BaseException:
                await connection.close()
                raise
        assert driver is not None
        try:
            yield driver
        finally:
            driver.terminate()
            await connection.close()

    async def ping(self) -> None:
        async with self.read() as connection:
            await connection.execute(sa.text("SELECT 1"))

    async def close(self) -> None:
        await self.engine.dispose()


async def _to_its_end(task: "asyncio.Future[Any]") -> None:
    """Waits for a task, cancelled or not, for as long as a connection may take."""
    deadline = asyncio.get_running_loop().time() + _LONGEST_CONNECT
    while not task.done() and (left := deadline - asyncio.get_running_loop().time()) > 0:
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.wait({task}, timeout=left)


class unavailable_when_away:
    """Turns "the database did not answer" into `Unavailable`; errors of our own making pass through."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if is_away(error):
            raise Unavailable("The database did not answer; nothing was done") from error


def is_away(error: BaseException | None) -> bool:
    """Whether an error says that the database is away, full or stopping, so that trying later may help."""
    if isinstance(error, sa.exc.TimeoutError | InterfaceError):
        return True
    if isinstance(error, OperationalError):
        # SQLite says "operational error" of a mistake in our own SQL too; that is not the database being away.
        return not any(words in str(error.orig) for words in ("no such", "syntax error", "has no column"))
    if isinstance(error, DBAPIError):
        state = getattr(error.orig, "sqlstate", None) or ""
        return error.connection_invalidated or state in _TRY_LATER or state.startswith(_NOT_NOW)
    return isinstance(error, OSError)


def _still_open(connection: Any, _record: object, _proxy: object) -> None:
    """Of a pooled connection that PostgreSQL has ended asyncpg knows; a new one is made in its place.

    In place of SQLAlchemy's own look (`pool_pre_ping`), which asks three times (BEGIN, nothing, ROLLBACK) before each
    transaction, as much as many a transaction does. Of a network that swallows everything both would know nothing.
    """
    if connection.driver_connection.is_closed():
        raise sa.exc.InvalidatePoolError("PostgreSQL has ended the connection")


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    # FULL: an acknowledged write survives a power cut, not only a crash of the process.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    reading = connection.get_execution_options().get("kith_read", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
