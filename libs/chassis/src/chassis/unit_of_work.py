"""The unit of work: one transaction that holds a use case's rows and the events that tell of them.

Leaving the block without `commit()` rolls back. Events are written to the outbox in the same transaction, so that a
change and its event are both kept or both lost; the relay is woken after the commit, never before.
"""

from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import datetime
from types import TracebackType
from typing import Any, Final, NamedTuple, Self

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.broker.port import Outgoing, check_size
from chassis.bulk import insert_rows
from chassis.database import Database, is_away, unavailable_when_away
from chassis.errors import Unavailable
from chassis.ids import Clock, new_id
from chassis.messaging import MessagingTables
from chassis.telemetry import current_traceparent
from contracts.events.base import Event
from contracts.headers import TRACEPARENT

_AS_LARGE_AS_ITS_HEADERS: Final = {TRACEPARENT: "0" * 55}


class _Emitted(NamedTuple):
    id: str
    event: Event
    time: datetime
    traceparent: str


class UnitOfWork:
    """Base of each service's unit of work, which adds its repositories in `_open`.

    `patient`: it is a job's, and PostgreSQL's time limits (`Timeouts`) do not hold for it.
    """

    def __init__(
        self,
        database: Database,
        messaging: MessagingTables,
        clock: Clock,
        source: str,
        on_commit: Callable[[], None] = lambda: None,
        *,
        read_only: bool = False,
        patient: bool = False,
    ) -> None:
        self._database = database
        self.messaging = messaging
        self._clock = clock
        self._source = source
        self._on_commit = on_commit
        self._read_only = read_only
        self._patient = patient
        self._events: list[_Emitted] = []
        self._stack = AsyncExitStack()
        self.connection: AsyncConnection
        self.effects: list[str] = []
        """Ids of the events that the last commit wrote."""
        self.happened_at: datetime | None = None
        """When the event that is being taken in happened, by the clock of the service that it comes from."""

    def _open(self) -> None:
        """Makes the repositories over `self.connection`."""

    async def _before_commit(self) -> None:
        """Writes what the repositories have collected."""

    async def __aenter__(self) -> Self:
        connect = self._database.read if self._read_only else self._database.write
        self.connection = await self._stack.enter_async_context(connect(patient=self._patient))
        self._open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()
        if is_away(error):
            raise Unavailable("The database did not answer; nothing was done") from error

    @property
    def part(self) -> str:
        """The service whose transaction it is."""
        return self._source.rpartition(":")[2]

    def now(self) -> datetime:
        return self._clock()

    def emit(self, event: Event) -> str:
        """Adds an event to the transaction; returns its id."""
        emitted = _Emitted(new_id(), event, self.now(), current_traceparent.get())
        self._events.append(emitted)
        return emitted.id

    async def commit(self) -> None:
        """Writes the outbox rows and commits. Nothing is kept where it raises.

        Raises:
            Unavailable: the database is away.
            MessageRefused: an event is larger than a broker takes; in the outbox it would hold up all behind it.
        """
        with unavailable_when_away():
            await self._before_commit()
            if self._events:
                await insert_rows(self.connection, self.messaging.outbox, [self._row(each) for each in self._events])
            await self.connection.commit()
        emitted = bool(self._events)
        self.effects = [each.id for each in self._events]
        self._events.clear()
        if emitted:
            self._on_commit()

    def _row(self, emitted: _Emitted) -> dict[str, Any]:
        event = emitted.event
        # An `Envelope` as it would write itself, with what it leaves out: a list has tens of thousands of them.
        envelope = {
            "specversion": "1.0",
            "id": emitted.id,
            "source": self._source,
            "type": event.type_name(),
            "subject": event.key,
            "time": emitted.time,
            "datacontenttype": "application/json",
            **({"traceparent": emitted.traceparent} if emitted.traceparent else {}),
            "data": orjson.Fragment(event.model_dump_json()),
        }
        written = orjson.dumps(envelope, option=orjson.OPT_UTC_Z)
        check_size(Outgoing(event.topic, event.key, written, _AS_LARGE_AS_ITS_HEADERS))
        return {
            "event_id": emitted.id,
            "topic": event.topic,
            "key": event.key,
            "envelope": written.decode(),
            "created_at": emitted.time,
        }
