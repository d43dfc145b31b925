"""The rule by which every broker hands messages to a handler.

A batch is tried whole. If it fails, its messages are tried one by one, in their order; one that goes on failing is
put among the dead letters and the rest go on, so that poison never stops a partition. A Transient failure is waited
out, with nothing skipped. The group's position moves on only behind the effect: at least once.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence

from chassis import metrics
from chassis.broker.dead_letter import class_name, to_dead_letter
from chassis.broker.port import Handler, Message, Outgoing, RetryPolicy, Transient

log = logging.getLogger(__name__)

Done = Callable[[Message], Awaitable[None]]
"""Told that this message and all before it in its partition need no more delivery."""


class DeliveryStopped(Exception):
    """The broker is stopping, and the batch in hand was abandoned between two attempts."""


class Delivery:
    """Delivers the batches of one topic to the handler of one group."""

    def __init__(
        self,
        group: str,
        handler: Handler,
        retry: RetryPolicy,
        publish: Callable[[Sequence[Outgoing]], Awaitable[None]],
    ) -> None:
        self._group = group
        self._handler = handler
        self._retry = retry
        self._publish = publish
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Ends every wait for another attempt; the handler at work is left to finish."""
        self._stopping.set()

    async def deliver(self, batch: Sequence[Message], done: Done) -> None:
        """Has every message of the batch handled or put among the dead letters.

        Raises:
            DeliveryStopped: the broker is stopping; what `done` wasn't told of must be delivered again.
        """
        if len(batch) == 1 or not await self._handled_whole(batch):
            for message in batch:
                if not await self._handled_alone(message):
                    # At once, or a crash in the rest of the batch would write the same dead letter again.
                    await done(message)
        await done(batch[-1])

    async def _handled_whole(self, batch: Sequence[Message]) -> bool:
        failure = await self._attempt(batch)
        if failure is None:
            return True
        log.warning(
            "broker.batch-failed group=%s topic=%s messages=%d error=%s: now one by one",
            self._group, batch[0].topic, len(batch), class_name(failure),
        )  # fmt: skip
        return False

    async def _handled_alone(self, message: Message) -> bool:
        failure = await self._attempt([message])
        attempts = 1
        for delay in self._retry.delays:
            if failure is None:
                return True
            await self._wait(delay)
            failure = await self._attempt([message])
            attempts += 1
        if failure is None:
            return True
        letter = to_dead_letter(message, group=self._group, error=failure, attempts=attempts)
        log.error(
            "broker.dead-letter group=%s topic=%s position=%s error=%s",
            self._group, message.topic, message.position, class_name(failure),
        )  # fmt: skip
        await self._through(lambda: self._publish([letter]), message.topic)
        if metrics.current is not None:
            metrics.current.dead_letters.labels(self._group, message.topic).inc()
        return False

    async def _attempt(self, batch: Sequence[Message]) -> BaseException | None:
        """None if the batch took effect, else why not; returns only once it was no Transient failure."""
        try:
            await self._through(lambda: self._handler(batch), batch[0].topic)
        except DeliveryStopped:
            raise
        except asyncio.CancelledError as failure:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            return failure  # the handler's own, from something that it awaited
        except Exception as failure:
            return failure
        if metrics.current is not None:
            metrics.current.messages.labels(self._group, batch[0].topic).inc(len(batch))
        return None

    async def _through(self, work: Callable[[], Awaitable[None]], topic: str) -> None:
        """Does the work, as often as it fails only for now."""
        waits = self._transient_waits()
        while True:
            if self._stopping.is_set():
                raise DeliveryStopped
            try:
                return await work()
            except Transient as failure:
                wait = next(waits)
                log.warning(
                    "broker.delivery-waits group=%s topic=%s error=%s seconds=%.1f",
                    self._group, topic, class_name(failure), wait,
                )  # fmt: skip
                await self._wait(wait)

    def _transient_waits(self) -> Iterator[float]:
        wait = self._retry.transient_first
        while True:
            yield wait
            wait = min(wait * 2, self._retry.transient_most)

    async def _wait(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return
        raise DeliveryStopped
