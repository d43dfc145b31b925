"""What every service's `main.py` makes alike: database, broker, relay, grant keys; and how they start and stop."""

import asyncio
import gc
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import uvloop

from chassis import metrics, samples
from chassis.broker import EVENTS_FILE, Broker, EmbeddedBroker, Handler
from chassis.database import Database
from chassis.exposition import observe, observed
from chassis.grants import GrantVerifier
from chassis.ids import Clock, system_clock
from chassis.inbox import EffectWatch
from chassis.keys import load_or_create_secret, read_jwks
from chassis.messaging import MessagingTables
from chassis.metrics import Sample
from chassis.migrations import upgrade
from chassis.outbox import OutboxRelay
from chassis.service import ReadyCheck
from chassis.settings import ServiceSettings
from chassis.tasks import end, kept_up
from chassis.telemetry import configure_logging

Background = Callable[[], Awaitable[None]]
"""A task of the worker that runs until it is cancelled."""


def make_broker(settings: ServiceSettings) -> Broker:
    """Kafka where its address is set, else the embedded broker in the data folder. Neither stands in for the other."""
    if settings.kafka_bootstrap:
        from chassis.broker.kafka import KafkaBroker  # its client takes half a second to import

        return KafkaBroker(settings.kafka_bootstrap, connection=settings.kafka_connection)
    return EmbeddedBroker(settings.data_dir / EVENTS_FILE)


def grant_jwks_path(settings: ServiceSettings) -> Path:
    return settings.grant_jwks_file or settings.data_dir / "keys" / "grant.jwks.json"


def internal_key_of(settings: ServiceSettings) -> str:
    return settings.internal_key.get_secret_value() or load_or_create_secret(settings.data_dir / "keys" / "internal")


def settle_memory() -> None:
    """Once a process has started: what was made until now stays, and is not looked through for garbage again and
    again, which would hold up a request each time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)  # a request makes some hundreds of objects, and hardly a cycle


class Runtime:
    """The moving parts of one service in one process.

    `broker` is given where several services share a process; it is then started and stopped by whoever made it,
    after every service has subscribed.
    """

    def __init__(
        self,
        settings: ServiceSettings,
        part: str,
        messaging: MessagingTables,
        migrations: Path,
        broker: Broker | None = None,
        clock: Clock = system_clock,
    ) -> None:
        self.settings = settings
        self.part = part
        self.messaging = messaging
        self.clock = clock
        self.database = Database(
            settings.database_of(part), pool_size=settings.database_pool, timeouts=settings.database_timeouts
        )
        self._migrations = migrations
        self._own_broker = broker is None
        if self._own_broker:
            configure_logging(settings.log_level)  # a process of its own
            observe(settings)
        # Where several services share a process, whoever made the broker has switched it on and answers for all.
        self.metrics = metrics.current
        self.broker = broker if broker is not None else make_broker(settings)
        self.watch = EffectWatch()
        self.relay = OutboxRelay(
            self.database, messaging, self.broker, part=part, publishes=settings.run_worker, clock=clock
        )
        self._background: list[Background] = []
        self._held: list[Callable[[], AbstractAsyncContextManager[object]]] = []
        self._samples: dict[str, Sample] = {"pool": samples.of_pool(part, self.database)}
        if settings.run_worker:
            self._samples["outbox"] = samples.of_outbox(part, self.relay)
            if self._own_broker:
                self._samples["broker"] = samples.of_broker(self.broker)

    def uow_arguments(self) -> dict[str, Any]:
        """What each unit of work of this service is made with."""
        return {
            "database": self.database,
            "messaging": self.messaging,
            "clock": self.clock,
            "source": f"urn:kith:{self.part}",
            "on_commit": self.relay.wake,
        }

    def grant_verifier(self) -> GrantVerifier:
        return GrantVerifier(read_jwks(grant_jwks_path(self.settings)))

    def consume(self, name: str, topics: Sequence[str], handler: Handler) -> None:
        """Subscribes a consumer; only a process that runs the worker consumes."""
        if self.settings.run_worker:
            self.broker.subscribe(f"{self.part}.{name}", topics, handler)

    def in_background(self, task: Background) -> None:
        self._background.append(task)

    def hold(self, resource: Callable[[], AbstractAsyncContextManager[object]]) -> None:
        """Entered when any process of the service starts, whether it runs the worker or answers only, and left when it
        stops."""
        self._held.append(resource)

    def sample(self, name: str, take: Sample) -> None:
        """Adds to what Prometheus is told of this service; only a process that runs the worker tells it."""
        if self.settings.run_worker:
            self._samples[name] = take

    def ready_checks(self) -> dict[str, ReadyCheck]:
        """Who only answers does not need the broker: what it changes waits in the outbox."""
        needed: dict[str, ReadyCheck] = {"database": self.database.ping}
        if self.settings.run_worker:
            needed["broker"] = self.broker.ready
        return needed

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        if self.settings.migrate_at_start:
            await upgrade(self.database, self._migrations)
        tasks: list[asyncio.Task[None]] = []
        if self.settings.run_worker and self._own_broker:
            await self.broker.start()
        await self.relay.start()
        held = AsyncExitStack()
        for resource in self._held:
            await held.enter_async_context(resource())
        if self.settings.run_worker:
            tasks = [asyncio.ensure_future(kept_up(task)) for task in self._background]
        if self._own_broker:  # a process of its own
            settle_memory()
        try:
            async with self._seen_from_outside():
                yield
        finally:
            for task in tasks:
                await end(task)
            await held.aclose()
            await self.relay.stop()
            if self.settings.run_worker and self._own_broker:
                await self.broker.stop()
            await self.database.close()

    @asynccontextmanager
    async def _seen_from_outside(self) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            if self.metrics is not None:
                stack.enter_context(self.metrics.sampling(self.part, self._samples))
            if self._own_broker:
                await stack.enter_async_context(observed(self.settings))
            yield


def run_worker(runtime: Runtime) -> None:
    """Runs a service's worker as a process of its own, without an API, until it is told to stop."""

    async def run() -> None:
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        async with runtime.running():
            await stop.wait()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run())
