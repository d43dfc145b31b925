"""An inbox as it happens: each entry is decided on at the moment at which it is pushed.

What a recipient may not know of shows nothing: neither an event nor a comment comes or stays away for it.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, Protocol

import structlog

from chassis.errors import KithError, TooMany
from chassis.ids import is_uuid
from contracts.vocabulary import Category
from notifications.application.outgoing_ports import Decisions
from notifications.application.ports import UnitOfWorkFactory
from notifications.domain.entries import Entry
from notifications.domain.hearing import Rules

log = structlog.get_logger("kith.stream")

AT_ONCE = 100
"""Entries that are decided on together."""
DECISION_HOLDS = 1.0
"""Seconds for which a decision is pushed by. What a slow reader has not taken by then is decided on anew."""
AGAIN_AFTER = 1.0
"""Seconds until a decision, or a database, that could not be had is asked for again."""
_BEGIN_AGAIN = 5


class Arrivals(Protocol):
    def watch(self, recipient_id: str, place: Callable[[], int]) -> contextlib.AbstractContextManager[asyncio.Event]:
        """An event that is set whenever something may have come to the recipient, here or in another process. `place`:
        up to which entry the watcher has seen them."""


class Shown(NamedTuple):
    """An entry to push, and when: the state that it is in is told as of then."""

    entry: Entry
    at: datetime


class _Next(NamedTuple):
    place: int
    shown: list[tuple[int, Entry]]
    decided: float
    """By the event loop's clock."""
    at: datetime


class Ended(Exception):
    """The recipient may be told nothing any more."""


@dataclass
class Streams:
    """The streams of this process. `heartbeat`: seconds between two signs of life; they come whatever happens.
    `longest`: seconds after which a stream ends by itself, so that its reader comes back to any process."""

    reading: UnitOfWorkFactory
    decisions: Decisions
    arrivals: Arrivals
    rules: Rules
    most_of_one: int
    heartbeat: float
    longest: float
    _open: dict[str, int] = field(default_factory=dict)

    @contextmanager
    def one(self, recipient_id: str) -> Iterator[None]:
        """Raises `TooMany` when the recipient has as many as one person may have. Counted in each process."""
        if self._open.get(recipient_id, 0) >= self.most_of_one:
            raise TooMany(f"You may have {self.most_of_one} streams at once", retry_after=_BEGIN_AGAIN)
        self._open[recipient_id] = self._open.get(recipient_id, 0) + 1
        try:
            yield
        finally:
            self._open[recipient_id] -= 1
            if not self._open[recipient_id]:
                del self._open[recipient_id]

    async def beginning(self, recipient_id: str, last: str | None) -> int:
        """The place after which a stream goes on. `last`: the id of the entry that its reader had last; without one
        that was ever the recipient's it begins now."""
        async with self.reading() as uow:
            if last is not None and is_uuid(last):
                place = await uow.entries.place_of(recipient_id, last)
                if place is not None:
                    return place
            return await uow.entries.last_place(recipient_id)

    async def pushed(self, recipient_id: str, place: int, draining: asyncio.Event) -> AsyncIterator[Shown | None]:
        """Entries as they come, in the order of their commits; None: a sign of life. Ends when the recipient may be
        told nothing any more, or the process is to stop."""
        loop = asyncio.get_running_loop()
        beat, until = loop.time() + self.heartbeat, loop.time() + self.longest
        stopping = asyncio.ensure_future(draining.wait())
        following = _Following(self, recipient_id, place)
        with self.arrivals.watch(recipient_id, lambda: following.place) as arrived:
            coming = asyncio.ensure_future(following.next(arrived))
            try:
                while not draining.is_set() and loop.time() < until:
                    left = max(0.0, min(beat, until) - loop.time())
                    await asyncio.wait({coming, stopping}, timeout=left, return_when=asyncio.FIRST_COMPLETED)
                    if loop.time() >= beat:
                        beat += self.heartbeat
                        if not await self._still_active(recipient_id):
                            return
                        yield None
                    if not coming.done():
                        continue
                    try:
                        found = coming.result()
                    except Ended:
                        return
                    for number, entry in found.shown:
                        if loop.time() - found.decided > DECISION_HOLDS or draining.is_set():
                            break
                        yield Shown(entry, found.at)
                        following.place = number
                    else:
                        following.place = found.place
                    coming = asyncio.ensure_future(following.next(arrived))
            finally:
                for task in (coming, stopping):
                    task.cancel()
                await asyncio.gather(coming, stopping, return_exceptions=True)

    async def _still_active(self, recipient_id: str) -> bool:
        """As far as the directory told this service. What is pushed is decided on where the directory lives."""
        try:
            async with self.reading() as uow:
                post = await uow.directory.post(recipient_id)
        except KithError:
            return True
        return post is None or post.active


@dataclass
class _Following:
    """One stream's place, and what comes after it."""

    streams: Streams
    recipient_id: str
    place: int

    async def next(self, arrived: asyncio.Event) -> _Next:
        """The next entries that may be pushed; waits for them. Hidden ones are passed over without a trace."""
        while True:
            arrived.clear()  # before the look: what comes meanwhile sets it again
            try:
                found = await self._look()
            except KithError:
                # Nobody is told anything that could not be decided on. It stays where it is.
                log.warning("stream.waiting")
                await asyncio.sleep(AGAIN_AFTER)
                continue
            if found is None:
                await arrived.wait()
                continue
            if found.shown:
                return found
            self.place = found.place

    async def _look(self) -> _Next | None:
        async with self.streams.reading() as uow:
            at = uow.now()
            entries = await uow.entries.after(self.recipient_id, self.place, AT_ONCE)
        if not entries:
            return None
        about = dict.fromkeys(entry.child_id for _, entry in entries if entry.child_id is not None)
        wanted = {Category.BASICS}.union(*(entry.categories for _, entry in entries))
        categories = [category for category in Category if category in wanted]
        may = await self.streams.decisions.may_know(self.recipient_id, list(about), categories if about else [])
        if not may.active:
            raise Ended
        shown = [pair for pair in entries if may.covers(pair[1])]
        return _Next(entries[-1][0], shown, asyncio.get_running_loop().time(), at)
