"""After a change the caller's next request sees it: the answer waits for the services that must have heard."""

import asyncio
import time
from typing import Any

import pytest

from contracts.routes import Service
from tests.gateway.conftest import Kith
from tests.gateway.world import crashes


async def test_the_answer_waits_for_the_effect(kith: Kith) -> None:
    child = kith.world.relate("teacher-1")
    kith.world.effect_delay = 0.3
    started = time.monotonic()
    answer = await kith.ask("POST", f"/v1/children/{child}/episodes", json={"person": {"family_name": "A"}})
    assert answer.status_code == 201
    assert time.monotonic() - started >= 0.3
    asked = [call for call in kith.world.calls if call.path == "/internal/effects"]
    assert len(asked) == 1, "one service settles this route"
    assert asked[0].service == "consent"
    assert not kith.world.background, "both events had been taken in when the answer came"


@pytest.fixture
def hurried(settings: dict[str, Any]) -> None:
    settings["settle_seconds"] = 0.2


async def test_the_answer_comes_all_the_same_when_it_takes_too_long(hurried: None, kith: Kith) -> None:
    child = kith.world.relate("teacher-1")
    kith.world.effect_delay = None
    started = time.monotonic()
    answer = await kith.ask("POST", f"/v1/children/{child}/episodes", json={"person": {"family_name": "A"}})
    assert answer.status_code == 201
    assert 0.2 <= time.monotonic() - started < 2


async def test_a_service_that_does_not_answer_holds_nothing_up(kith: Kith) -> None:
    """An agency's change settles the child index, which answers nothing here but errors."""
    kith.world.faults[Service.CHILD_INDEX] = crashes
    kith.world.effect_delay = None
    async with asyncio.timeout(2):
        answer = await kith.ask("PUT", "/v1/agencies/a", json={"text": "x"})
    assert answer.status_code == 200
    assert kith.world.steps()[-1] == "GET child-index /internal/effects"


async def test_a_block_or_a_shield_holds_for_the_next_list_too(kith: Kith) -> None:
    """Nobody decides on each child of a list: the child index is waited for."""
    path = f"/v1/children/{kith.world.relate('teacher-1')}"
    for method, route, status in (("POST", "blocks", 201), ("PUT", "shield", 200), ("DELETE", "shield", 204)):
        answer = await kith.ask(method, f"{path}/{route}", json={"text": "x"})
        assert answer.status_code == status
        assert kith.world.steps()[-1] == "GET child-index /internal/effects"


async def test_nothing_is_waited_for_where_nothing_changed(kith: Kith) -> None:
    child = kith.world.relate("teacher-1")
    await kith.ask("GET", f"/v1/children/{child}")
    await kith.ask("POST", f"/v1/children/{child}/episodes", json={})
    assert [step for step in kith.world.steps() if "effects" in step] == []
