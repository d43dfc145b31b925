"""The assessment service, running over each database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio

from assessment.adapters.tables import messaging
from assessment.main import create_app
from assessment.settings import AssessmentSettings
from contracts.events.base import ASSESSMENT
from tests.assessment.desk import Desk
from tests.notifications.kit import Turns, shared
from tests.support.databases import url_of
from tests.support.kept import Kept, kept
from tests.support.postgres import Postgres


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def services(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Kept[Turns]]:
    @asynccontextmanager
    async def start(kind: str) -> AsyncIterator[Turns]:
        folder: Path = tmp_path_factory.mktemp("assessment")
        url = url_of(kind, folder, postgres)
        async with shared(create_app, AssessmentSettings, url, folder, ASSESSMENT, messaging) as turns:
            yield turns

    async with kept(start) as found:
        yield found


@pytest.fixture(params=["sqlite", "postgresql"])
async def turns(request: pytest.FixtureRequest, services: Kept[Turns]) -> Turns:
    return await services.of(request.param)


@pytest.fixture
async def desk(turns: Turns) -> AsyncIterator[Desk]:
    async with turns.turn() as kit:
        yield Desk(kit)
