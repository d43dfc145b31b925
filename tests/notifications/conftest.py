"""The notifications service, running over each database."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from contracts.events import NOTIFICATIONS
from notifications.main import create_app
from notifications.settings import NotificationsSettings
from tests.notifications.inbox import Inboxes
from tests.notifications.kit import running


@pytest.fixture
async def inboxes(database_url: str, tmp_path: Path) -> AsyncIterator[Inboxes]:
    async with running(create_app, NotificationsSettings, database_url, tmp_path, NOTIFICATIONS) as kit:
        yield Inboxes(kit)
