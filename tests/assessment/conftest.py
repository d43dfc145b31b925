"""The assessment service, running over each database."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from assessment.main import create_app
from assessment.settings import AssessmentSettings
from contracts.events import ASSESSMENT
from tests.assessment.desk import Desk
from tests.notifications.kit import running


@pytest.fixture
async def desk(database_url: str, tmp_path: Path) -> AsyncIterator[Desk]:
    async with running(create_app, AssessmentSettings, database_url, tmp_path, ASSESSMENT) as kit:
        yield Desk(kit)
