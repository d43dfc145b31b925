"""The one 404: no such child, no relationship, a block, a malformed id and a service's own 404 look the same."""

import json
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.ids import new_id
from gateway.domain.silence import FOUND_EVERY, TOLD_EVERY, told_after
from tests.gateway.conftest import Kith

REQUEST_ID = "01890000-0000-7000-8000-000000000001"


async def _answer(kith: Kith, path: str, method: str = "GET") -> tuple[int, bytes, list[tuple[str, str]]]:
    answer = await kith.ask(method, path, headers={"X-Request-Id": REQUEST_ID})
    return answer.status_code, answer.content, answer.headers.multi_items()


def _lost(kith: Kith) -> str:
    child = kith.world.relate("teacher-1")
    kith.world.lost.add(child)
    return f"/v1/children/{child}"


def _somebody_elses_assessment(kith: Kith) -> str:
    assessment = new_id()
    kith.world.owners[assessment] = kith.world.relate("another")
    return f"/v1/assessments/{assessment}"


CASES: dict[str, Callable[[Kith], str]] = {
    "no such child": lambda _: f"/v1/children/{new_id()}",
    "no relationship": lambda kith: f"/v1/children/{kith.world.relate('another')}",
    "a malformed id": lambda _: "/v1/children/1",
    "an id in upper case": lambda _: f"/v1/children/{new_id().upper()}",
    "a very long id": lambda _: f"/v1/children/{'a' * 3000}",
    "a path in place of an id": lambda _: "/v1/children/%2e%2e",
    "the service does not know it": _lost,
    "no such assessment": lambda _: f"/v1/assessments/{new_id()}",
    "an assessment of another's child": _somebody_elses_assessment,
    "a malformed assessment": lambda _: "/v1/assessments/%00",
    "an account without a child": lambda _: "/v1/me/blocks",
}


async def test_all_are_one_answer(kith: Kith) -> None:
    answers = {name: await _answer(kith, path_of(kith)) for name, path_of in CASES.items()}
    first = answers["no such child"]
    assert [name for name, answer in answers.items() if answer != first] == []
    status, body, headers = first
    assert status == 404
    problem = json.loads(body)
    assert problem["type"] == "urn:kith:problem:not-found"
    assert problem["instance"] == REQUEST_ID
    assert "etag" not in dict(headers)
    assert "safeguarding lead" in problem["detail"]


async def test_the_answers_differ_in_the_request_id_only(kith: Kith) -> None:
    hidden = await kith.ask("GET", f"/v1/children/{kith.world.relate('another')}")
    nobody = await kith.ask("GET", f"/v1/children/{new_id()}")
    assert hidden.headers["x-request-id"] != nobody.headers["x-request-id"]
    assert {name for name in hidden.headers if hidden.headers[name] != nobody.headers[name]} == {"x-request-id"}
    assert len(hidden.content) == len(nobody.content)


async def test_the_same_over_the_network(distributed: Kith) -> None:
    answers = {name: await _answer(distributed, path_of(distributed)) for name, path_of in CASES.items()}

    def told(answer: tuple[int, bytes, list[tuple[str, str]]]) -> object:
        status, body, headers = answer
        return status, body, [pair for pair in headers if pair[0] != "date"]

    first = told(answers["no such child"])
    assert [name for name, answer in answers.items() if told(answer) != first] == []


async def test_changes_are_refused_with_the_same_answer(kith: Kith) -> None:
    child = kith.world.relate("another")
    refused = await _answer(kith, f"/v1/children/{new_id()}")
    for method, path in (
        ("PATCH", f"/v1/episodes/{new_id()}"),
        ("POST", f"/v1/children/{child}/episodes"),
        ("DELETE", f"/v1/children/{child}/relationships/{new_id()}"),
    ):
        assert await _answer(kith, path, method) == refused


async def test_a_404_that_is_about_no_child_keeps_its_words(kith: Kith) -> None:
    answer = await kith.ask("GET", "/v1/agencies/none")
    assert answer.status_code == 404
    assert answer.json()["detail"] == "No such agency"


@given(st.floats(min_value=0.0001, max_value=10))
def test_a_refusal_is_told_at_set_times_only(taken: float) -> None:
    after = told_after(taken)
    assert taken <= after < taken + TOLD_EVERY * 1.000001
    assert after / TOLD_EVERY == pytest.approx(round(after / TOLD_EVERY))


async def test_what_a_search_found_waits_for_its_time(kith: Kith) -> None:
    for found in ([], [kith.world.relate("another")], [kith.world.relate("teacher-1")]):
        kith.world.found = found
        began = time.monotonic()
        assert (await kith.ask("POST", "/v1/children/search", json={"family_name": "Okafor"})).status_code == 200
        assert time.monotonic() - began >= FOUND_EVERY


async def test_a_refusal_waits_for_its_time(kith: Kith) -> None:
    for path in (f"/v1/children/{new_id()}", f"/v1/children/{kith.world.relate('another')}", "/v1/children/1"):
        began = time.monotonic()
        assert (await kith.ask("GET", path)).status_code == 404
        assert time.monotonic() - began >= TOLD_EVERY
