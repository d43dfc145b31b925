"""Running consent services that tests take turns with: starting one takes longer than most tests do."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from chassis.broker import Outgoing
from chassis.ids import Clock, new_id, system_clock
from consent.adapters.tables import messaging, metadata
from consent.adapters.unit_of_work import ConsentUnitOfWork
from consent.settings import DEFAULT_POLICY, ConsentSettings
from contracts.events.base import ACCESS, CHILD_INDEX, CONSENT, Envelope
from tests.consent.kit import Consent, running_consent
from tests.consent.scene import make_directory
from tests.support.patience import PATIENCE, taken_in
from tests.support.postgres import Postgres
from tests.support.rows import Rows, all_rows, put_back

"""Seconds for which a service may take to come to rest."""


class Prepared:
    """Folders and databases that a test gets as a copy: making them anew takes longer than most tests do."""

    def __init__(self, folder: Path, postgres: Postgres) -> None:
        self._folder = folder
        self._postgres = postgres
        self._made: dict[tuple[str, bool], tuple[Path, str]] = {}

    async def copied_to(self, folder: Path, kind: str, *, authority: bool) -> str:
        """The URL of a database with the migrations done and, if asked, the directory of `scene` in it."""
        if (kind, authority) not in self._made:
            self._made[kind, authority] = await self._make(kind, authority)
        origin, url = self._made[kind, authority]
        shutil.copytree(origin, folder, dirs_exist_ok=True)
        return _sqlite_in(folder) if kind == "sqlite" else self._postgres.new_database("consent", like=url)

    async def _make(self, kind: str, authority: bool) -> tuple[Path, str]:
        origin = self._folder / f"{kind}-{authority}"
        origin.mkdir()
        url = _sqlite_in(origin) if kind == "sqlite" else self._postgres.new_database("origin")
        async with running_consent(ConsentSettings(data_dir=origin, database_url=url)) as consent:
            if authority:
                await make_directory(consent)
            await _log_at_rest(consent)
        return origin, url


def _sqlite_in(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder / 'test.sqlite'}"


@dataclass
class LentClock:
    """The clock of a running service, whose source is that of the test whose turn it is."""

    source: Clock = system_clock

    def __call__(self) -> datetime:
        return self.source()


@dataclass
class _Running:
    """A service, and all that its database held when it was ready for its first test."""

    consent: Consent
    clock: LentClock
    stack: AsyncExitStack
    state: dict[str, Any]
    rows: Rows = field(default_factory=dict)


class SharedConsents:
    """One running service for each database and settings, with the directory of `scene`.

    A turn begins with nothing but that directory and its log in the database, and with nothing under way: what a test
    left is waited for and deleted after its turn. A service that cannot be brought to that state is stopped, its test
    fails, and the next gets a new one.
    """

    def __init__(self, folder: Path, prepared: Prepared) -> None:
        self._folder = folder
        self._prepared = prepared
        self._running: dict[str, _Running] = {}

    @asynccontextmanager
    async def turn(
        self, kind: str, clock: Clock = system_clock, *, policy: str | None = None, **settings: Any
    ) -> AsyncIterator[Consent]:
        """The service over a database of that kind; `policy` is the text of its policy file."""
        key = f"{kind} {policy} {sorted(settings.items())}"
        if key not in self._running:
            self._running[key] = await self._start(kind, policy, settings)
        running = self._running[key]
        running.clock.source = clock
        try:
            # Of its own, so that what a test puts in a service's place there goes with it.
            yield replace(running.consent, issuer=copy(running.consent.issuer))
        finally:
            running.clock.source = system_clock
            for name, value in running.state.items():
                setattr(running.consent.app.state, name, value)
            try:
                await _taken(running.consent)
                await _restore(running.consent, running.rows)
                await _heard(running.consent)
            except BaseException:
                del self._running[key]
                await running.stack.aclose()
                raise

    async def close(self) -> None:
        while self._running:
            _, running = self._running.popitem()
            await running.stack.aclose()

    async def _start(self, kind: str, policy: str | None, settings: dict[str, Any]) -> _Running:
        folder = self._folder / new_id()
        url = await self._prepared.copied_to(folder, kind, authority=True)
        if policy is not None:
            (folder / "policy.yaml").write_text(policy)
        made = ConsentSettings.model_validate(
            {
                "data_dir": folder,
                "database_url": url,
                "policy_file": DEFAULT_POLICY if policy is None else folder / "policy.yaml",
                **settings,
            }
        )
        clock = LentClock()
        stack = AsyncExitStack()
        consent = await stack.enter_async_context(running_consent(made, clock))
        running = _Running(consent, clock, stack, dict(consent.app.state._state))
        async with _at_rest(running.consent) as uow:
            running.rows = await all_rows(uow.connection, metadata)
        return running


async def _taken(consent: Consent) -> None:
    """Waits until the service has taken in all that was published for it."""
    mark = await _mark(consent, CHILD_INDEX)
    # Where it takes none in any more: a test that breaks it takes own_consent.
    await taken_in(consent.http, consent.app.state.internal_key, [mark])


async def _heard(consent: Consent) -> None:
    """Waits until all that was published by the service is heard, and forgets it."""
    marks = {await _mark(consent, topic) for topic in (CONSENT, ACCESS)}
    async with asyncio.timeout(PATIENCE):
        while not marks <= {envelope.id for envelope in consent.heard}:
            await asyncio.sleep(0.001)
    consent.heard.clear()


async def _mark(consent: Consent, topic: str) -> str:
    """Publishes an event that nobody has a use for; whoever has it has all that came before it. Its id."""
    mark = new_id()
    envelope = Envelope(id=mark, source="urn:kith:tests", type="TurnEnded", subject=mark, time=system_clock(), data={})
    await consent.broker.publish([Outgoing(topic, mark, envelope.model_dump_json().encode(), {})])
    return mark


@asynccontextmanager
async def _at_rest(consent: Consent) -> AsyncIterator[ConsentUnitOfWork]:
    """A unit of work for which the workers of the log stand still, and no event waits to be published."""
    async with asyncio.timeout(PATIENCE):
        while True:
            async with consent.app.state.unit_of_work() as uow:
                await uow.log.lock_sequence()
                await uow.signals.lock()
                if (await uow.connection.execute(sa.select(messaging.outbox.c.seq).limit(1))).first() is None:
                    yield uow
                    return
            await asyncio.sleep(0.005)


async def _log_at_rest(consent: Consent) -> None:
    """Waits until each entry has its place, under a head that was handed to the other agencies."""
    async with asyncio.timeout(PATIENCE):
        while True:
            async with _at_rest(consent) as uow:
                head, published = await uow.log.latest_head(), await uow.log.last_publication()
                if head and published and head.tree_size == published[0] and not await uow.log.waits():
                    return
            await asyncio.sleep(0.05)


async def _restore(consent: Consent, rows: Rows) -> None:
    async with _at_rest(consent) as uow:
        await put_back(uow.connection, rows)
        await uow.commit()
