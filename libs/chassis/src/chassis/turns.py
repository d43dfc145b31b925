"""Which of a service's processes relays its outbox, and how the others tell it that there is something to relay.

PostgreSQL knows both. The one whose turn it is holds a session's advisory lock; the others ask for it again and again.
Who commits events rings, by NOTIFY, and the holder hears it.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable
from typing import Any, Final

import structlog

from chassis.database import Database
from chassis.tasks import end

log = structlog.get_logger("kith.turns")

LOST_AFTER: Final = 2.5
"""Seconds without a word from a session until PostgreSQL ends it, and with it the lock: a process that hangs, or a
machine that is cut off, keeps nobody else waiting for longer."""
_RELIED_ON: Final = 1.7  # seconds that a holder trusts its lock without having heard from PostgreSQL
_SIGN_OF_LIFE: Final = 0.5  # seconds between two words of a session, and between two attempts to get the lock
_AGAIN: Final = 0.5  # seconds until a lost connection is made anew
_LOCK: Final = 0x6B697468_6F757462  # "kithoutb"; a service has a database of its own, and locks are the database's
_CHANNEL: Final = "kith_outbox"


class Turn:
    """One process's part, on a connection of its own.

    A candidate holds the lock while no other does; `number` says so, and turns 0 before PostgreSQL can have given the
    lock to anybody else. A process that is no candidate only rings.

    The lock is asked for again and again instead of waited for: a statement that waits would keep PostgreSQL from
    clearing away the outbox's deleted rows. And a ring is sent behind the commit, not in its transaction: transactions
    with a NOTIFY commit one after the other, each with its own wait for the disk, in the whole cluster of databases.
    One that is lost with its process is made up for by the relay's polling.
    """

    def __init__(self, database: Database, heard: Callable[[], None], *, candidate: bool) -> None:
        """`heard` is called when another process has rung, and when the turn has come."""
        self._database = database
        self._heard = heard
        self._candidate = candidate
        self._task: asyncio.Task[None] | None = None
        self._connection: Any = None
        self._relied_on_until = 0.0
        self._turns = 0
        self._rung = False
        self._stir = asyncio.Event()
        self._begun = asyncio.Event()

    @property
    def number(self) -> int:
        """Which of this process's turns it is, from 1; 0 where it isn't for certain."""
        if time.monotonic() > self._relied_on_until or self._connection is None or self._connection.is_closed():
            return 0
        return self._turns

    async def come(self) -> int:
        """Its number, as soon as it is this process's turn."""
        while not (number := self.number):
            self._begun.clear()
            await self._begun.wait()
        return number

    def ring(self) -> None:
        """Has the holder look, wherever it is. Costs the caller nothing, and many rings may become one."""
        self._rung = True
        self._stir.set()

    async def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="outbox-turn")

    async def stop(self) -> None:
        if self._task is not None:
            await end(self._task)

    async def _run(self) -> None:
        while True:
            try:
                async with self._database.apart() as connection:
                    await self._keep(connection)
            except Exception as error:
                # Whatever it was, only a new connection helps; asyncpg has errors of its own for a session that ends.
                log.warning("turn.connection-lost", error_type=type(error).__qualname__, held=self._relied_on_until > 0)
            finally:
                self._connection, self._relied_on_until = None, 0.0
            await asyncio.sleep(_AGAIN)

    async def _keep(self, connection: Any) -> None:
        """Holds on to the connection, and to the lock once it is had, until one is lost."""
        # No NOTIFY is worth a wait for the disk.
        await self._ask(connection, "SET synchronous_commit = off")
        await self._ask(connection, f"SET idle_session_timeout = {round(LOST_AFTER * 1000)}")
        if self._candidate:
            await connection.add_listener(_CHANNEL, lambda *_: self._heard())
        connection.add_termination_listener(lambda _: self._stir.set())
        self._connection = connection
        holding = False
        while True:
            asked = time.monotonic()
            if self._candidate and not holding:
                holding = await self._ask(connection, f"SELECT pg_try_advisory_lock({_LOCK})")
                if holding:
                    self._turns += 1
                    log.info("turn.taken")
            else:
                await self._ask(connection, "SELECT 1")
            if holding:
                # From before the question: PostgreSQL's own clock for this session began later.
                self._relied_on_until = asked + _RELIED_ON
                if not self._begun.is_set():
                    self._begun.set()
                    self._heard()
            await self._between(connection)

    async def _between(self, connection: Any) -> None:
        """Until the next sign of life; passes rings on meanwhile."""
        until = time.monotonic() + _SIGN_OF_LIFE
        while (left := until - time.monotonic()) > 0:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._stir.wait()
            self._stir.clear()
            if connection.is_closed():
                raise ConnectionError("PostgreSQL has ended the session")
            if self._rung:
                self._rung = False
                await self._ask(connection, f"NOTIFY {_CHANNEL}")

    @staticmethod
    async def _ask(connection: Any, statement: str) -> Any:
        return await connection.fetchval(statement, timeout=_RELIED_ON)
