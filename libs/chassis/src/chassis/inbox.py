"""Consuming events: each message's effect and the note that it happened commit together, so an effect happens once."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

import sqlalchemy as sa

from chassis import tracing
from chassis.broker import Message, Transient
from chassis.errors import Unavailable
from chassis.telemetry import current_traceparent
from chassis.tracing import Begun
from chassis.unit_of_work import UnitOfWork
from contracts.events.base import Envelope, Event
from contracts.events.types import EVENT_TYPES
from contracts.headers import TRACEPARENT

U = TypeVar("U", bound=UnitOfWork)
EventHandler = Callable[[U, Any], Awaitable[None]]


class EffectWatch:
    """Lets a caller wait until this service has taken an event in, so that its next request sees the change."""

    def __init__(self) -> None:
        self._changed = asyncio.Condition()

    async def announce(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def wait(self, seen: Callable[[], Awaitable[bool]], seconds: float) -> bool:
        """True as soon as `seen()` holds; False after `seconds`. Polls too: another process may do the work."""
        deadline = asyncio.get_running_loop().time() + seconds
        while not await seen():
            left = deadline - asyncio.get_running_loop().time()
            if left <= 0:
                return False
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(left, 0.05)), self._changed:
                    await self._changed.wait()
        return True


class InboxConsumer(Generic[U]):
    """A broker handler: hands each new event of a batch to the handler of its type, in one transaction.

    An event seen before is passed over. A type without a handler here is noted and left alone.
    """

    def __init__(
        self,
        name: str,
        unit_of_work: Callable[[], U],
        handlers: Mapping[type[Event], EventHandler[U]],
        watch: EffectWatch,
    ) -> None:
        self.name = name
        self._unit_of_work = unit_of_work
        self._handlers = {kind.type_name(): handler for kind, handler in handlers.items()}
        self._watch = watch

    async def __call__(self, batch: Sequence[Message]) -> None:
        arrived = [(message, Envelope.model_validate_json(message.value)) for message in batch]
        effects: list[Begun] = []
        try:
            async with self._unit_of_work() as uow:
                await self._take(uow, arrived, effects)
                await uow.commit()
        except BaseException as error:
            _end(effects, failed=True)
            if isinstance(error, Unavailable):
                raise Transient(error.detail) from error
            raise
        _end(effects)
        await self._watch.announce()

    async def _take(self, uow: U, arrived: Sequence[tuple[Message, Envelope]], effects: list[Begun]) -> None:
        inbox = uow.messaging.inbox
        ids = {envelope.id for _, envelope in arrived}
        found = await uow.connection.execute(
            sa.select(inbox.c.event_id).where(inbox.c.consumer == self.name, inbox.c.event_id.in_(ids))
        )
        seen = set(found.scalars())
        taken = []
        for message, envelope in arrived:
            if envelope.id in seen:
                continue
            seen.add(envelope.id)
            handler = self._handlers.get(envelope.type)
            if handler is not None:
                uow.happened_at = envelope.time
                event = EVENT_TYPES[envelope.type].model_validate(envelope.data)
                with self._continued(uow, message, envelope, effects):
                    await handler(uow, event)
            taken.append({"event_id": envelope.id, "consumer": self.name, "received_at": uow.now()})
        if taken:
            await uow.connection.execute(sa.insert(inbox), taken)

    @contextmanager
    def _continued(self, uow: U, message: Message, envelope: Envelope, effects: list[Begun]) -> Iterator[None]:
        """What the handler emits belongs to the trace of the request that set it off."""
        context = message.headers.get(TRACEPARENT) or envelope.traceparent or ""
        if tracing.current is not None:
            effects.append(tracing.current.effect(uow.part, envelope.type, message.topic, context))
            context = effects[-1].traceparent
        token = current_traceparent.set(context)
        try:
            yield
        finally:
            current_traceparent.reset(token)


def _end(effects: Sequence[Begun], *, failed: bool = False) -> None:
    for each in effects:
        each.end(failed=failed)


async def has_taken(uow: UnitOfWork, event_ids: Sequence[str]) -> bool:
    """Whether some consumer of this service has taken all of these events in."""
    inbox = uow.messaging.inbox
    found = await uow.connection.execute(
        sa.select(sa.func.count(sa.distinct(inbox.c.event_id))).where(inbox.c.event_id.in_(event_ids))
    )
    return int(found.scalar_one()) == len(set(event_ids))
