"""The notifications service, running over each database."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from contracts.events import ASSESSMENT, CHILD_INDEX, CONSENT, NOTIFICATIONS
from notifications.adapters.tables import messaging
from notifications.main import create_app
from notifications.settings import NotificationsSettings
from tests.notifications.inbox import Inboxes
from tests.notifications.kit import Turns, shared
from tests.support.postgres import Postgres


@pytest_asyncio.fixture(scope="session", loop_scope="session", params=["sqlite", "postgresql"])
async def turns(
    request: pytest.FixtureRequest, postgres: Postgres, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Turns]:
    folder: Path = tmp_path_factory.mktemp("notifications")
    url = f"sqlite+aiosqlite:///{folder / 'test.sqlite'}"
    if request.param == "postgresql":
        url = postgres.new_database("notifications")
    async with shared(
        create_app, NotificationsSettings, url, folder, NOTIFICATIONS, messaging, (CHILD_INDEX, ASSESSMENT, CONSENT)
    ) as found:
        yield found


@pytest.fixture
async def inboxes(turns: Turns) -> AsyncIterator[Inboxes]:
    async with turns.turn() as kit:
        yield Inboxes(kit)
