"""A running consent service on each database."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from chassis.ids import system_clock
from consent.settings import ConsentSettings
from tests.consent.kit import Consent, running_consent
from tests.consent.shared import Prepared, SharedConsents
from tests.support.postgres import Postgres


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory, postgres: Postgres) -> Prepared:
    return Prepared(tmp_path_factory.mktemp("prepared"), postgres)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shared(tmp_path_factory: pytest.TempPathFactory, prepared: Prepared) -> AsyncIterator[SharedConsents]:
    """Services with the usual settings; they run until the end."""
    services = SharedConsents(tmp_path_factory.mktemp("shared"), prepared)
    yield services
    await services.close()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shared_in_module(
    tmp_path_factory: pytest.TempPathFactory, prepared: Prepared
) -> AsyncIterator[SharedConsents]:
    """Services with settings of one module's own; they run until its end."""
    services = SharedConsents(tmp_path_factory.mktemp("shared"), prepared)
    yield services
    await services.close()


@dataclass
class SetClock:
    """The system's clock, put forward (or back) by a test."""

    by: timedelta = timedelta(0)

    def __call__(self) -> datetime:
        return system_clock() + self.by


@pytest.fixture
def clock() -> SetClock:
    """The clock of the running service."""
    return SetClock()


@pytest.fixture(params=["sqlite", "postgresql"])
async def consent(request: pytest.FixtureRequest, shared: SharedConsents, clock: SetClock) -> AsyncIterator[Consent]:
    """The service over each database, with the directory of `scene` and nothing else."""
    async with shared.turn(request.param, clock) as found:
        yield found


@pytest.fixture(params=["sqlite", "postgresql"])
async def own_consent(
    request: pytest.FixtureRequest, prepared: Prepared, tmp_path: Path, clock: SetClock
) -> AsyncIterator[Consent]:
    """The same, for a test that breaks it."""
    url = await prepared.copied_to(tmp_path, request.param, authority=True)
    async with running_consent(ConsentSettings(data_dir=tmp_path, database_url=url), clock) as found:
        yield found


@pytest.fixture(params=["sqlite", "postgresql"])
async def new_consent(request: pytest.FixtureRequest, prepared: Prepared, tmp_path: Path) -> AsyncIterator[Consent]:
    """The service over each database, as a first start makes it."""
    url = await prepared.copied_to(tmp_path, request.param, authority=False)
    async with running_consent(ConsentSettings(data_dir=tmp_path, database_url=url)) as found:
        yield found
