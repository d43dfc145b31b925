"""The child index, running over each database, with a small directory that it has heard of."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio

from tests.child_index.kit import DIRECTORY, Index, emptied, running
from tests.support.postgres import Postgres


@pytest_asyncio.fixture(scope="session", loop_scope="session", params=["sqlite", "postgresql"])
async def started(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Index, str]]:
    """One running index for the whole run, and its database: starting takes longer than most tests do."""
    folder: Path = tmp_path_factory.mktemp("index")
    url = f"sqlite+aiosqlite:///{folder / 'test.sqlite'}"
    if request.param == "postgresql":
        server: Postgres = request.getfixturevalue("postgres")
        url = server.new_database("index")
    async with running(url, folder, import_batch_rows=20) as index:
        yield index, url


@pytest_asyncio.fixture(loop_scope="session")
async def index(started: tuple[Index, str]) -> AsyncIterator[Index]:
    """The running index, empty but for the directory."""
    async with _anew(*started) as found:
        yield found


@pytest_asyncio.fixture(loop_scope="session")
async def anew(started: tuple[Index, str]) -> Callable[[], AbstractAsyncContextManager[Index]]:
    """Gives the running index, empty but for the directory, as often as it is asked for."""
    return lambda: _anew(*started)


@asynccontextmanager
async def _anew(found: Index, url: str) -> AsyncIterator[Index]:
    await found.tell(*DIRECTORY)
    yield found
    await emptied(found, url)
