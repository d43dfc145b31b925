"""What every service's `main.py` makes alike: database, broker, relay, grant keys; and how they start and stop."""

import asyncio
import gc
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from chassis.broker import Broker, EmbeddedBroker, Handler
from chassis.database import Database
from chassis.grants import GrantVerifier
from chassis.ids import Clock, system_clock
from chassis.inbox import EffectWatch
from chassis.keys import load_or_create_secret, read_jwks
from chassis.messaging import MessagingTables
from chassis.migrations import upgrade
from chassis.outbox import OutboxRelay
from chassis.service import ReadyCheck
from chassis.settings import ServiceSettings
from chassis.tasks import end
from chassis.telemetry import configure_logging

Background = Callable[[], Awaitable[None]]
"""A task of the worker that runs until it is cancelled."""


def make_broker(settings: ServiceSettings) -> Broker:
    """Kafka where its address is set, else the embedded broker in the data folder. Neither stands in for the other."""
    if settings.kafka_bootstrap:
        from chassis.broker.kafka import KafkaBroker  # its client takes half a second to import

        return KafkaBroker(settings.kafka_bootstrap)
    return EmbeddedBroker(settings.data_dir / "events.sqlite3")


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
        self.database = Database(settings.database_of(part), pool_size=settings.database_pool)
        self._migrations = migrations
        self._own_broker = broker is None
        if self._own_broker:
            configure_logging(settings.log_level)  # a process of its own
        self.broker = broker if broker is not None else make_broker(settings)
        self.watch = EffectWatch()
        self.relay = OutboxRelay(self.database, messaging, self.broker)
        self._background: list[Background] = []

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

    def ready_checks(self) -> dict[str, ReadyCheck]:
        return {"database": self.database.ping, "broker": self.broker.ready}

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        if self.settings.migrate_at_start:
            await upgrade(self.database, self._migrations)
        tasks: list[asyncio.Task[None]] = []
        if self.settings.run_worker:
            if self._own_broker:
                await self.broker.start()
            await self.relay.start()
            tasks = [asyncio.ensure_future(task()) for task in self._background]
        if self._own_broker:  # a process of its own
            settle_memory()
        try:
            yield
        finally:
            for task in tasks:
                await end(task)
            await self.relay.stop()
            if self.settings.run_worker and self._own_broker:
                await self.broker.stop()
            await self.database.close()


def run_worker(runtime: Runtime) -> None:
    """Runs a service's worker as a process of its own, without an API, until it is told to stop."""

    async def run() -> None:
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        async with runtime.running():
            await stop.wait()

    asyncio.run(run())
