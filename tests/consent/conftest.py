"""A running consent service on each database."""

import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from chassis.ids import Clock, system_clock
from consent.settings import ConsentSettings
from tests.consent.kit import Consent, running_consent
from tests.consent.scene import make_directory
from tests.support.postgres import Postgres


class Prepared:
    """Folders and databases that a test gets as a copy: making them anew takes longer than most tests do."""

    def __init__(self, folder: Path, postgres: Callable[[], Postgres]) -> None:
        self._folder = folder
        self._postgres = postgres
        self._made: dict[tuple[str, bool], tuple[Path, str]] = {}

    async def copied_to(self, folder: Path, kind: str, *, authority: bool) -> str:
        """The URL of a database with the migrations done and, if asked, the directory of `scene` in it."""
        if (kind, authority) not in self._made:
            self._made[kind, authority] = await self._make(kind, authority)
        origin, url = self._made[kind, authority]
        shutil.copytree(origin, folder, dirs_exist_ok=True)
        return _sqlite_in(folder) if kind == "sqlite" else self._postgres().new_database("consent", like=url)

    async def _make(self, kind: str, authority: bool) -> tuple[Path, str]:
        origin = self._folder / f"{kind}-{authority}"
        origin.mkdir()
        url = _sqlite_in(origin) if kind == "sqlite" else self._postgres().new_database("origin")
        async with running_consent(ConsentSettings(data_dir=origin, database_url=url)) as consent:
            if authority:
                await make_directory(consent)
        return origin, url


def _sqlite_in(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder / 'test.sqlite'}"


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Prepared:
    return Prepared(tmp_path_factory.mktemp("prepared"), lambda: request.getfixturevalue("postgres"))


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


@asynccontextmanager
async def _copy(
    prepared: Prepared, kind: str, folder: Path, *, authority: bool, clock: Clock = system_clock
) -> AsyncIterator[Consent]:
    url = await prepared.copied_to(folder, kind, authority=authority)
    async with running_consent(ConsentSettings(data_dir=folder, database_url=url), clock) as found:
        yield found


@pytest.fixture(params=["sqlite", "postgresql"])
async def consent(
    request: pytest.FixtureRequest, prepared: Prepared, tmp_path: Path, clock: SetClock
) -> AsyncIterator[Consent]:
    """The service over each database, with the directory of `scene`."""
    async with _copy(prepared, request.param, tmp_path, authority=True, clock=clock) as found:
        yield found


@pytest.fixture(params=["sqlite", "postgresql"])
async def new_consent(request: pytest.FixtureRequest, prepared: Prepared, tmp_path: Path) -> AsyncIterator[Consent]:
    """The service over each database, as a first start makes it."""
    async with _copy(prepared, request.param, tmp_path, authority=False) as found:
        yield found
