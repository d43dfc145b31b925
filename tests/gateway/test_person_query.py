"""The person query on its way through the gateway: the reason is the purpose, and errors are FHIR's own."""

import json
import time
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import BadRequest
from contracts.mais import NHS_NUMBER, REASONS
from contracts.vocabulary import Purpose
from gateway.domain.person_query import patient_criteria_in, purpose_in
from gateway.domain.silence import FOUND_EVERY
from tests.gateway.conftest import Kith

PATH = "/fhir/R4/Patient/$person-info-query"
SECTION_17 = "https://www.legislation.gov.uk/ukpga/1989/41/section/17"
PATIENT = {
    "resourceType": "Patient",
    "identifier": [{"system": NHS_NUMBER, "value": "9434765919"}, {"system": "https://example.org", "value": "7"}],
    "name": [{"family": "Okonkwo", "given": ["Amara"]}],
    "address": [{"city": "Anytown"}],
}


def message(*reasons: Any) -> dict[str, Any]:
    parameters: list[dict[str, Any]] = [{"name": "resource", "resource": PATIENT}]
    parameters += [{"name": "reason", "valueUri": reason} for reason in reasons]
    return {"resourceType": "Parameters", "parameter": parameters}


def outcome(response: httpx.Response) -> dict[str, Any]:
    assert response.headers["content-type"] == "application/fhir+json"
    body: dict[str, Any] = response.json()
    assert body["resourceType"] == "OperationOutcome"
    (issue,) = body["issue"]
    assert issue["severity"] == "error"
    return dict(issue)


async def test_the_reason_is_the_purpose(kith: Kith) -> None:
    seen, hidden = kith.world.relate("teacher-1"), kith.world.relate("another")
    kith.world.found = [hidden, seen]
    for sent in (None, "child-in-need"):
        began = time.monotonic()
        answer = await kith.ask("POST", PATH, json=message(SECTION_17), purpose=sent)
        assert answer.json() == {"purpose": "child-in-need", "children": [seen]}
        assert time.monotonic() - began >= FOUND_EVERY, "told at set times only, as a search is"
    first, second = kith.world.questions[:2]
    assert (first.children, second.children) == (None, (hidden, seen))
    assert first.purpose is second.purpose is Purpose.CHILD_IN_NEED
    assert first.criteria == second.criteria == ("family_name", "given_name", "nhs_number")


async def test_a_reason_that_is_none_is_refused_and_not_repeated(kith: Kith) -> None:
    for reasons in ((), ("https://example.org/nosiness",), (SECTION_17, SECTION_17), (7,), (None,)):
        answer = await kith.ask("POST", PATH, json=message(*reasons), purpose=None)
        assert answer.status_code == 400
        assert outcome(answer)["code"] == "structure"
        assert "nosiness" not in answer.text
    answer = await kith.ask("POST", PATH, json=message(SECTION_17), purpose="direct-support")
    assert (answer.status_code, outcome(answer)["code"]) == (400, "structure")
    for body in (b"[" * 2000, b"no JSON", b"[]", b"{}"):
        assert (await kith.ask("POST", PATH, content=body, purpose=None)).status_code == 400
    assert kith.world.questions == []


async def test_every_refusal_is_an_outcome(kith: Kith) -> None:
    answer = await kith.ask("POST", PATH, json=message(SECTION_17), viewer=None, purpose=None)
    assert (answer.status_code, outcome(answer)["code"]) == (401, "login")
    assert "www-authenticate" in answer.headers
    kith.world.forbidden.add("ig-1")
    answer = await kith.ask("POST", PATH, json=message(SECTION_17), viewer="ig-1", purpose=None)
    assert (answer.status_code, outcome(answer)["code"]) == (403, "forbidden")


@pytest.mark.parametrize("reason", REASONS)
def test_each_reason_stands_for_a_purpose(reason: str) -> None:
    assert purpose_in(json.dumps(message(reason)).encode(), []) is REASONS[reason]


@given(
    st.one_of(
        st.binary(),
        st.recursive(st.none() | st.text() | st.integers(), st.lists).map(
            lambda v: json.dumps({"parameter": v}).encode()
        ),
    )
)
def test_any_body_at_all_is_read_without_harm(body: bytes) -> None:
    assert patient_criteria_in(body) == []
    with pytest.raises(BadRequest):
        purpose_in(body, [])
