"""The child index, running over each database, with a small directory that it has heard of."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from chassis.database import Database
from child_index.adapters.tables import metadata
from tests.child_index.kit import DIRECTORY, Index, restored, running
from tests.support.databases import url_of
from tests.support.kept import Kept, kept
from tests.support.postgres import Postgres
from tests.support.rows import Rows, all_rows


@dataclass
class Started:
    """A running index, its database, and the rows of it that the directory made."""

    index: Index
    database: Database
    rows: Rows

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[Index]:
        yield self.index
        await restored(self.index, self.database, self.rows)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def indexes(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Kept[Started]]:
    @asynccontextmanager
    async def start(kind: str) -> AsyncIterator[Started]:
        folder: Path = tmp_path_factory.mktemp("index")
        url = url_of(kind, folder, postgres)
        async with running(url, folder, import_batch_rows=20, import_load_rows=0) as index:
            await index.tell(*DIRECTORY)
            database = Database(url)
            async with database.read() as connection:
                rows = await all_rows(connection, metadata)
            yield Started(index, database, rows)
            await database.close()

    async with kept(start) as found:
        yield found


@pytest_asyncio.fixture(loop_scope="session", params=["sqlite", "postgresql"])
async def started(request: pytest.FixtureRequest, indexes: Kept[Started]) -> Started:
    return await indexes.of(request.param)


@pytest_asyncio.fixture(loop_scope="session")
async def index(started: Started) -> AsyncIterator[Index]:
    """The running index, empty but for the directory."""
    async with started.turn() as found:
        yield found


@pytest_asyncio.fixture(loop_scope="session")
async def anew(started: Started) -> Callable[[], AbstractAsyncContextManager[Index]]:
    """Gives the running index, empty but for the directory, as often as it is asked for."""
    return started.turn
