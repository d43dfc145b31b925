"""The child index, running over each database, with a small directory that it has heard of."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.child_index.kit import DIRECTORY, Index, running


@pytest.fixture
async def index(database_url: str, tmp_path: Path) -> AsyncIterator[Index]:
    async with running(database_url, tmp_path / "index", import_batch_rows=20) as started:
        await started.tell(*DIRECTORY)
        yield started
