"""The stage on which the contract suite plays: once with the embedded broker, once with a real Kafka."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.contract.stages import EmbeddedStage, KafkaStage, Stage


@pytest.fixture(params=["embedded", "kafka"])
async def stage(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Stage]:
    made: Stage
    if request.param == "embedded":
        made = EmbeddedStage(tmp_path / "events.sqlite")
    else:
        made = KafkaStage(request.getfixturevalue("kafka"))
    try:
        yield made
    finally:
        await made.close()
