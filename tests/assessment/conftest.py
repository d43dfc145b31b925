"""The assessment service, running over each database."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from assessment.adapters.tables import messaging
from assessment.main import create_app
from assessment.settings import AssessmentSettings
from contracts.events import ASSESSMENT
from tests.assessment.desk import Desk
from tests.notifications.kit import Turns, shared
from tests.support.postgres import Postgres


@pytest_asyncio.fixture(scope="session", loop_scope="session", params=["sqlite", "postgresql"])
async def turns(
    request: pytest.FixtureRequest, postgres: Postgres, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Turns]:
    folder: Path = tmp_path_factory.mktemp("assessment")
    url = f"sqlite+aiosqlite:///{folder / 'test.sqlite'}"
    if request.param == "postgresql":
        url = postgres.new_database("assessment")
    async with shared(create_app, AssessmentSettings, url, folder, ASSESSMENT, messaging) as found:
        yield found


@pytest.fixture
async def desk(turns: Turns) -> AsyncIterator[Desk]:
    async with turns.turn() as kit:
        yield Desk(kit)
