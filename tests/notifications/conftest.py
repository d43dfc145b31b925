"""The notifications service, running over each database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from fastapi import FastAPI

from chassis.broker import EmbeddedBroker
from contracts.events.base import ASSESSMENT, CHILD_INDEX, NOTIFICATIONS
from contracts.events.base import CONSENT as CONSENT_TOPIC
from notifications.adapters.tables import messaging
from notifications.main import create_app
from notifications.settings import NotificationsSettings
from tests.notifications.consent import CONSENT
from tests.notifications.inbox import Inboxes
from tests.notifications.kit import Turns, shared
from tests.support.databases import url_of
from tests.support.kept import Kept, kept
from tests.support.postgres import Postgres


def with_consent(settings: NotificationsSettings, broker: EmbeddedBroker) -> FastAPI:
    return create_app(settings, broker, CONSENT.transport())


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def services(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Kept[Turns]]:
    @asynccontextmanager
    async def start(kind: str) -> AsyncIterator[Turns]:
        folder: Path = tmp_path_factory.mktemp("notifications")
        url = url_of(kind, folder, postgres)
        async with shared(
            with_consent,
            NotificationsSettings,
            url,
            folder,
            NOTIFICATIONS,
            messaging,
            (CHILD_INDEX, ASSESSMENT, CONSENT_TOPIC),
        ) as turns:
            yield turns

    async with kept(start) as found:
        yield found


@pytest.fixture(params=["sqlite", "postgresql"])
async def turns(request: pytest.FixtureRequest, services: Kept[Turns]) -> Turns:
    return await services.of(request.param)


@pytest.fixture
async def inboxes(turns: Turns) -> AsyncIterator[Inboxes]:
    CONSENT.clear()
    async with turns.turn() as kit:
        yield Inboxes(kit)
