"""When a part does not answer: no data without a decision, and nothing of the inside in the answer."""

from typing import Any

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.ids import new_id
from contracts.routes import Service
from tests.gateway.conftest import Kith
from tests.gateway.world import crashes, fails_with


async def silent(scope: Scope, receive: Receive, send: Send) -> None:
    """Never answers."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def nonsense(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": b'{"outcome": "permitted", "decision_id": "1", "grant": null}'})


@pytest.fixture
def impatient(settings: dict[str, Any]) -> None:
    settings["answer_seconds"] = 0.3


UNAVAILABLE = "urn:kith:problem:unavailable"
FAULTS: dict[str, ASGIApp] = {
    "crashes": crashes,
    "500": fails_with(500),
    "503": fails_with(503),
    "404": fails_with(404),
    "redirects": fails_with(307, location="http://elsewhere.example/"),
    "422": fails_with(422),
    "nonsense": nonsense,
    "silent": silent,
}


async def test_without_a_decision_nothing_leaves(impatient: None, kith: Kith) -> None:
    child = kith.world.relate("teacher-1")
    for name, fault in FAULTS.items():
        kith.world.faults[Service.CONSENT] = fault
        for path in (f"/v1/children/{child}", f"/v1/children/{new_id()}", "/v1/notifications"):
            answer = await kith.ask("GET", path)
            assert (answer.status_code, answer.json()["type"]) == (503, UNAVAILABLE), name
            assert "inside" not in answer.text
    assert {call.service for call in kith.world.calls} == {Service.CONSENT}


async def test_a_service_that_fails_says_nothing_of_its_inside(impatient: None, kith: Kith) -> None:
    child = kith.world.relate("teacher-1")
    statuses = {"crashes": 502, "500": 502, "503": 503, "redirects": 502, "silent": 502}
    for name, status in statuses.items():
        kith.world.faults[Service.CHILD_INDEX] = FAULTS[name]
        answer = await kith.ask("GET", f"/v1/children/{child}")
        assert (answer.status_code, answer.json()["type"]) == (status, UNAVAILABLE), name
        assert "inside" not in answer.text
        assert "location" not in answer.headers


async def test_a_service_that_is_busy_says_when_to_ask_again(kith: Kith) -> None:
    child = kith.world.relate("teacher-1")
    for said, told in (("5", "5"), ("Wed, 21 Oct 2026 07:28:00 GMT", None), ("-1", None), ("99999", None), ("", None)):
        kith.world.faults[Service.CHILD_INDEX] = fails_with(503, **{"retry-after": said})
        answer = await kith.ask("GET", f"/v1/children/{child}")
        assert (answer.status_code, answer.headers.get("retry-after")) == (503, told), said
        assert "inside" not in answer.text


async def test_without_what_another_service_gives_nothing_leaves(impatient: None, kith: Kith) -> None:
    child, assessment = kith.world.relate("teacher-1"), new_id()
    kith.world.owners[assessment] = child
    expected = {"crashes": 502, "503": 503, "422": 503, "redirects": 502, "404": 404}
    for name, status in expected.items():
        kith.world.calls.clear()
        kith.world.faults[Service.CHILD_INDEX] = FAULTS[name]
        answer = await kith.ask("GET", f"/v1/assessments/{assessment}/prefill")
        assert answer.status_code == status, name
        assert "inside" not in answer.text
        assert f"GET assessment /v1/assessments/{assessment}/prefill" not in kith.world.steps()


async def test_without_an_owner_nothing_leaves(impatient: None, kith: Kith) -> None:
    for name in ("crashes", "500", "404", "nonsense", "silent"):
        kith.world.faults[Service.ASSESSMENT] = FAULTS[name]
        answer = await kith.ask("GET", f"/v1/assessments/{new_id()}")
        assert (answer.status_code, answer.json()["type"]) == (503, UNAVAILABLE), name
    assert kith.world.questions == []


async def test_without_candidates_nothing_leaves(impatient: None, kith: Kith) -> None:
    for name in ("crashes", "500", "redirects", "nonsense", "silent"):
        kith.world.questions.clear()
        kith.world.faults[Service.NOTIFICATIONS] = FAULTS[name]
        answer = await kith.ask("GET", "/v1/notifications")
        assert answer.status_code in {502, 503}, name
        assert answer.json()["type"] == UNAVAILABLE
        assert len(kith.world.questions) == 1


async def test_after_a_fault_it_works_again(distributed: Kith) -> None:
    child = distributed.world.relate("teacher-1")
    distributed.world.faults[Service.CONSENT] = crashes
    assert (await distributed.ask("GET", f"/v1/children/{child}")).status_code == 503
    distributed.world.faults.clear()
    assert (await distributed.ask("GET", f"/v1/children/{child}")).status_code == 200
