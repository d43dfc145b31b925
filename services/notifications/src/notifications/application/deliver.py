"""Telling what is to be told outside the inbox: each destination in its own time, and decided on at that moment."""

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

import structlog

from chassis.errors import KithError, Unavailable
from chassis.ids import Clock, new_id
from contracts.vocabulary import Category
from notifications.application.outgoing_ports import Decisions, Sender
from notifications.application.ports import UnitOfWorkFactory
from notifications.domain.outgoing import Channel, Delivery, Destination, Sent, State, next_attempt

log = structlog.get_logger("kith.deliveries")

AT_ONCE = 16
"""Destinations that are served at the same time. A quarter of them only where something critical waits, so that slow
ones keep no critical notice waiting."""
KEPT_FOR_CRITICAL = 4
LEASE = timedelta(seconds=60)
"""How long a destination stays claimed by a process that ended without a word. Longer than any attempt."""


class Left(NamedTuple):
    """How a destination is left: when it may be looked at again at the earliest, and whether an attempt failed."""

    not_before: datetime | None = None
    failing: bool = False


@dataclass
class Deliverer:
    """`wake` is set when something was added, by this process; `poll_seconds`: how long until it looks by itself."""

    unit_of_work: UnitOfWorkFactory
    decisions: Decisions
    senders: Mapping[Channel, Sender]
    clock: Clock
    poll_seconds: float = 1.0
    jitter: Callable[[], float] = random.random
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    _serving: dict[Destination, asyncio.Task[None]] = field(default_factory=dict)

    async def run(self) -> None:
        """Until it is cancelled. What is under way then is done again by whoever comes next."""
        try:
            while True:
                try:
                    await self._claim()
                except Unavailable:
                    log.warning("delivery.database_away")
                await self._wait()
        finally:
            for task in self._serving.values():
                task.cancel()
            await asyncio.gather(*self._serving.values(), return_exceptions=True)

    async def _claim(self) -> None:
        """Begins with as many destinations as there is room for."""
        free = AT_ONCE - len(self._serving)
        for critical_only, room in ((False, free - KEPT_FOR_CRITICAL), (True, free)):
            room = min(room, AT_ONCE - len(self._serving))
            if room <= 0:
                continue
            claim_id = new_id()
            async with self.unit_of_work() as uow:
                found = await uow.deliveries.claim(
                    list(self.senders), room, claim_id, self.clock() + LEASE, critical_only=critical_only
                )
                await uow.commit()
            for destination in found:
                task = asyncio.create_task(self._serve(destination, claim_id), name="delivery")
                self._serving[destination] = task
                task.add_done_callback(partial(self._ended, destination))

    def _ended(self, destination: Destination, task: asyncio.Task[None]) -> None:
        self._serving.pop(destination)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("delivery.task_failed", channel=destination.channel, error_type=type(error).__qualname__)
        self.wake.set()

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(self.poll_seconds):
                await self.wake.wait()
        except TimeoutError:
            return
        self.wake.clear()

    async def _serve(self, destination: Destination, claim_id: str) -> None:
        """What is due at the destination, until nothing is or an attempt fails. A fault leaves it claimed until the
        lease ends, so that it does not come round again at once."""
        sender, left = self.senders[destination.channel], Left()
        while left == Left():
            async with self.unit_of_work() as uow:
                if not await uow.deliveries.renew(destination, claim_id, self.clock() + LEASE):
                    return  # this process was away for longer than the lease
                due = await uow.deliveries.due(destination, sender.batch)
                await uow.commit()
            if not due:
                break
            left = await self._told(sender, destination, due)
        async with self.unit_of_work() as uow:
            await uow.deliveries.release(destination, claim_id, not_before=left.not_before, failing=left.failing)
            await uow.commit()

    async def _told(self, sender: Sender, destination: Destination, due: Sequence[Delivery]) -> Left:
        try:
            told, stopped = await self._decided(due)
        except KithError:
            return Left(self.clock() + timedelta(seconds=self.poll_seconds))
        await self._end(stopped, State.STOPPED, "not-permitted")
        if not told:
            return Left()
        sent = await sender.send(destination, told)
        if sent.delivered:
            await self._end(told, State.SENT, sent.code)
            return Left()
        log.info("delivery.failed", channel=destination.channel, code=sent.code, attempts=told[0].attempts + 1)
        return Left(await self._put_off(sender, told, sent), failing=True)

    async def _decided(self, due: Sequence[Delivery]) -> tuple[list[Delivery], list[Delivery]]:
        """Those that may be told now, and those that may not."""
        told: list[Delivery] = []
        stopped: list[Delivery] = []
        for recipient_id in dict.fromkeys(each.recipient_id for each in due):
            of_one = [each for each in due if each.recipient_id == recipient_id]
            children = dict.fromkeys(each.child_id for each in of_one if each.child_id is not None)
            wanted = {Category.BASICS}.union(*(each.categories for each in of_one))
            categories = [category for category in Category if category in wanted]
            may = await self.decisions.may_know(recipient_id, list(children), categories if children else [])
            for each in of_one:
                (told if may.covers(each) else stopped).append(each)
        return told, stopped

    async def _end(self, ended: Sequence[Delivery], state: State, code: str) -> None:
        if ended:
            async with self.unit_of_work() as uow:
                await uow.deliveries.end([each.delivery_id for each in ended], state, code)
                await uow.commit()

    async def _put_off(self, sender: Sender, told: Sequence[Delivery], sent: Sent) -> datetime | None:
        """When the first of them may be tried again; those that had their last attempt have failed for good."""
        now, jitter = self.clock(), self.jitter()
        again: dict[datetime, list[str]] = {}
        failed = []
        for each in told:
            due_at = next_attempt(sender.schedule, each.attempts + 1, now, jitter, sent.after) if sent.again else None
            if due_at is None:
                failed.append(each)
            else:
                again.setdefault(due_at, []).append(each.delivery_id)
        await self._end(failed, State.FAILED, sent.code)
        async with self.unit_of_work() as uow:
            for due_at, delivery_ids in again.items():
                await uow.deliveries.put_off(delivery_ids, due_at, sent.code)
            await uow.commit()
        return min(again, default=None)
