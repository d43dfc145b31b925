"""The broker of the embedded form: all parts in one process, events kept in one SQLite file.

Each topic is one partition. Publishing wakes the consumers at once; SQLite works in a thread of its own, so that
neither an import's thousands of events nor a slow disk holds up the event loop.
"""

import asyncio
import fcntl
import logging
import time
from collections.abc import Callable, Coroutine, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from functools import partial
from io import TextIOWrapper
from pathlib import Path
from typing import Final, ParamSpec, TypeVar

from chassis.broker.dead_letter import class_name, replay_of
from chassis.broker.delivery import Delivery, DeliveryStopped
from chassis.broker.log_file import LogFile
from chassis.broker.port import (
    DEFAULT_RETRY,
    MAX_BATCH,
    BrokerUnavailable,
    Handler,
    Message,
    Outgoing,
    RetryPolicy,
    Standing,
    check_size,
    dead_letter_topic,
    every,
)

log = logging.getLogger(__name__)
P = ParamSpec("P")
T = TypeVar("T")

EVENTS_FILE: Final = "events.sqlite3"
"""The file's name in a data folder."""
REPLAY_GROUP: Final = "dead-letter-replay"
_STOP_GRACE: Final = 2.0  # seconds that a handler at work is given to finish
_LOOK_AROUND: Final = 1.0  # seconds between looks for what another process has published (a replay, say)
_AGAIN: Final = 1.0  # seconds after a failure of the broker's own
_TRIM_EVERY: Final = 600.0  # seconds


class EmbeddedBroker:
    """Broker on a SQLite file, as `chassis.broker.port.Broker` describes.

    The file's messages are delivered by one process at a time; others may publish and replay. What all groups have
    done is kept for `keep`, then deleted.
    """

    def __init__(self, path: Path | None, *, keep: timedelta = timedelta(days=7)) -> None:
        """`path` of the file, made where there is none; None keeps everything in memory until stop()."""
        self._path = path
        self._keep = keep
        self._handlers: dict[tuple[str, str], tuple[Handler, RetryPolicy]] = {}
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="event-log")
        self._log: LogFile | None = None
        self._lock: TextIOWrapper | None = None
        self._started = False
        self._stopping = asyncio.Event()
        self._wakes: dict[str, list[asyncio.Event]] = {}
        self._deliveries: list[Delivery] = []
        self._consumers: list[asyncio.Task[None]] = []
        self._chores: list[asyncio.Task[None]] = []
        self._to_commit: dict[tuple[str, str], int] = {}
        self._commit_wanted = asyncio.Event()
        self._failures: dict[str, str] = {}

    def subscribe(
        self, group: str, topics: Sequence[str], handler: Handler, *, retry: RetryPolicy = DEFAULT_RETRY
    ) -> None:
        if self._started:
            raise RuntimeError("subscribe before the broker is started")
        for topic in topics:
            if (group, topic) in self._handlers:
                raise ValueError(f"group {group} has a handler for {topic} already")
            self._handlers[group, topic] = (handler, retry)

    async def start(self) -> None:
        """Opens the file and begins to deliver.

        Raises:
            BrokerUnavailable: the file can't be used, or another process delivers from it.
        """
        if self._started:
            raise RuntimeError("a broker is started once; make a new one")
        self._started = True
        try:
            if self._handlers and self._path:
                self._lock = _only_deliverer(self._path)
            self._log = await self._in_thread(LogFile, self._path)
            for (group, topic), (handler, retry) in self._handlers.items():
                # Known from now on, so that dead letters are kept until they are replayed.
                await self._in_thread(self._log.join, REPLAY_GROUP, dead_letter_topic(topic))
                after = await self._in_thread(self._log.join, group, topic)
                delivery = Delivery(group, handler, retry, self.publish)
                self._deliveries.append(delivery)
                self._begin(self._consumers, f"{group} on {topic}", self._consume(group, topic, after, delivery))
        except BaseException:
            await self.stop()
            raise
        if self._consumers:
            self._begin(self._chores, "commit", self._commit_progress())
            self._begin(self._chores, "look around", self._look_around())
            self._begin(self._chores, "trim", self._trim())

    async def stop(self) -> None:
        self._stopping.set()
        for delivery in self._deliveries:
            delivery.stop()
        self._wake(self._wakes)
        await _ended(self._consumers, grace=_STOP_GRACE)
        await _ended(self._chores, grace=0)
        event_log, self._log = self._log, None
        if event_log:
            with suppress(BrokerUnavailable):  # what isn't committed will be delivered again
                await self._in_thread(event_log.commit, self._to_commit)
            await self._in_thread(event_log.close)
        self._thread.shutdown()
        if self._lock:
            self._lock.close()

    async def publish(self, messages: Sequence[Outgoing]) -> None:
        for message in messages:
            check_size(message)
        if messages:
            await self._in_thread(self._append, self._open_log(), messages, asyncio.get_running_loop())

    async def ready(self) -> None:
        await self._in_thread(self._open_log().changes_by_others)
        ended = {task.get_name(): "has ended" for task in self._consumers + self._chores if task.done()}
        if failures := self._failures | ended:
            raise BrokerUnavailable("; ".join(f"{name}: {why}" for name, why in failures.items()))

    async def standing(self) -> Standing:
        event_log = self._open_log()

        def look() -> Standing:
            return Standing(
                lags={
                    (group, topic): event_log.waiting(topic, self._to_commit.get((group, topic)) or done(group, topic))
                    for group, topic in self._handlers
                },
                dead_letters={
                    topic: event_log.waiting(letters, done(REPLAY_GROUP, letters))
                    for topic, letters in {topic: dead_letter_topic(topic) for _, topic in self._handlers}.items()
                },
            )

        done = event_log.progress
        return await self._in_thread(look)

    async def dead_letters(self, topic: str, *, limit: int | None = 100) -> list[Message]:
        event_log, letters = self._open_log(), dead_letter_topic(topic)
        after = await self._in_thread(event_log.progress, REPLAY_GROUP, letters)
        found: list[Message] = []
        while limit is None or len(found) < limit:
            wanted = MAX_BATCH if limit is None else limit - len(found)
            batch = await self._in_thread(event_log.read, letters, after, limit=wanted)
            if not batch:
                break
            found += batch
            after = int(batch[-1].position)
        return found

    async def replay(self, topic: str, which: Callable[[Message], bool] = every) -> int:
        event_log = self._open_log()
        # Of those that are there now: one that fails again meanwhile would come round for ever.
        replay = replay_of(await self.dead_letters(topic, limit=None), which)
        if replay.done:
            await self.publish(replay.publish)
            done = {(REPLAY_GROUP, dead_letter_topic(topic)): int(replay.done[-1].position)}
            await self._in_thread(event_log.commit, done)
        return replay.count

    def _append(self, event_log: LogFile, messages: Sequence[Outgoing], loop: asyncio.AbstractEventLoop) -> None:
        event_log.append(messages, now=time.time())
        # From here, since the caller may have given up waiting, which does not undo the writing.
        loop.call_soon_threadsafe(self._wake, {message.topic for message in messages})

    async def _consume(self, group: str, topic: str, after: int, delivery: Delivery) -> None:
        name = f"{group} on {topic}"
        wake = asyncio.Event()
        self._wakes.setdefault(topic, []).append(wake)

        async def done(message: Message) -> None:
            # Not waited for: a commit that is late, or lost in a crash, means a second delivery and no more.
            nonlocal after
            after = self._to_commit[group, topic] = int(message.position)
            self._commit_wanted.set()

        while not self._stopping.is_set():
            wake.clear()
            try:
                batch = await self._in_thread(self._open_log().follow, topic, after)
                if batch:
                    await delivery.deliver(batch, done)
                self._failures.pop(name, None)
            except DeliveryStopped:
                return
            except Exception as failure:
                await self._failed(name, failure)
                continue
            if not batch:
                await wake.wait()

    async def _commit_progress(self) -> None:
        while True:
            await self._commit_wanted.wait()
            self._commit_wanted.clear()
            positions, self._to_commit = self._to_commit, {}
            try:
                await self._in_thread(self._open_log().commit, positions)
                self._failures.pop("commit", None)
            except BrokerUnavailable as failure:
                self._to_commit = {**positions, **self._to_commit}
                self._commit_wanted.set()
                await self._failed("commit", failure)

    async def _look_around(self) -> None:
        seen = -1
        while True:
            with suppress(BrokerUnavailable):  # the consumers meet it too, and say so
                now = await self._in_thread(self._open_log().changes_by_others)
                if now != seen:
                    seen = now
                    self._wake(self._wakes)
            await asyncio.sleep(_LOOK_AROUND)

    async def _trim(self) -> None:
        while True:
            before = time.time() - self._keep.total_seconds()
            after: int | None = 0
            try:
                while after is not None:
                    after = await self._in_thread(self._trim_some, before, after)
                self._failures.pop("trim", None)
            except BrokerUnavailable as failure:
                await self._failed("trim", failure)
                continue
            await asyncio.sleep(_TRIM_EVERY)

    def _trim_some(self, before: float, after: int) -> int | None:
        return self._open_log().trim(before=before, after=after)

    async def _failed(self, name: str, failure: Exception) -> None:
        why = str(failure) if isinstance(failure, BrokerUnavailable) else class_name(failure)
        log.error("broker.failed what=%s why=%s: again in a second", name, why)
        self._failures[name] = why
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), _AGAIN)

    def _wake(self, topics: Iterable[str]) -> None:
        for topic in topics:
            for wake in self._wakes.get(topic, ()):
                wake.set()

    def _open_log(self) -> LogFile:
        if self._log is None:
            raise BrokerUnavailable("the broker isn't running")
        return self._log

    async def _in_thread(self, work: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
        """Does it in the log's thread, to its end even if the caller is cancelled."""
        running = asyncio.get_running_loop().run_in_executor(self._thread, partial(work, *arguments, **named))
        return await asyncio.shield(running)

    @staticmethod
    def _begin(among: list[asyncio.Task[None]], name: str, work: Coroutine[None, None, None]) -> None:
        among.append(asyncio.create_task(work, name=name))


async def _ended(tasks: Sequence[asyncio.Task[None]], *, grace: float) -> None:
    """Waits so many seconds for the tasks to end by themselves, then cancels the rest."""
    if tasks:
        _, late = await asyncio.wait(tasks, timeout=grace)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)


def _only_deliverer(path: Path) -> TextIOWrapper:
    """A lock that lasts as long as the file returned is open, and that a killed process leaves behind open."""
    lock = path.with_name(path.name + ".lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        raise BrokerUnavailable(f"another process delivers from the event log {path.name}") from error
    return lock
