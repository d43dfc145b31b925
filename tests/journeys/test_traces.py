"""One request, seen as one trace through all parts of a Kith, and nothing in it of whom it was about."""

import json
import secrets

import pytest

from tests.journeys.conftest import People
from tests.journeys.scene import SOCIAL_WORKER
from tests.support.collector import Collector, Sent
from tests.support.server import Server

PERSON = {"given_name": "Perpetua", "family_name": "Anstruther", "date_of_birth": "2015-08-09"}
TODAY = "2026-01-05"


def trace_kept() -> str:
    """A trace id of those that are kept, however few."""
    return f"{secrets.token_hex(8)}{1:016x}"


@pytest.fixture(scope="module")
def child_id(people: People) -> str:
    return str(people.social_worker.ok("POST", "/v1/children", PERSON)["child_id"])


def test_a_trace_goes_from_the_gateway_to_the_last_effect(
    people: People, server: Server, collected: Collector, child_id: str
) -> None:
    trace = trace_kept()
    answer = people.social_worker(
        "POST",
        f"/v1/children/{child_id}/episodes",
        {"service_id": "support", "started_on": TODAY},
        traceparent=f"00-{trace}-00f067aa0ba902b7-01",
    )
    assert answer.status_code == 201, answer.text

    def whole(spans: list[Sent]) -> bool:
        parts = {span.part for span in spans if span.name == "process ServiceEpisodeStarted"}
        return {"consent", "notifications"} <= parts and any(span.part == "gateway" for span in spans)

    spans = collected.until(whole, trace)
    (request,) = [span for span in spans if span.part == "gateway"]
    assert (request.name, request.parent) == ("POST /v1/children/{child_id}/episodes", "00f067aa0ba902b7")
    assert request.attributes == {
        "http.request.method": "POST",
        "http.route": "/v1/children/{child_id}/episodes",
        "http.response.status_code": 201,
    }
    (decision,) = [span for span in spans if (span.part, span.name) == ("consent", "POST /internal/decisions")]
    (owning,) = [span for span in spans if (span.part, span.name) == ("child-index", request.name)]
    assert decision.parent == owning.parent == request.span_id
    (published,) = [
        span for span in spans if span.name == "publish kith.child-index.v1" and span.parent == owning.span_id
    ]
    effects = [span for span in spans if span.name == "process ServiceEpisodeStarted"]
    assert {span.parent for span in effects} == {published.span_id}
    by_id = {span.span_id for span in spans} | {"00f067aa0ba902b7"}
    assert {span.parent for span in spans} <= by_id, "a span has no parent in its trace"
    logged = [json.loads(line) for line in server.log.read_text().splitlines() if trace in line]
    parts = {line["part"] for line in logged if line["event"] == "request.answered"}
    assert {"gateway", "consent", "child-index"} <= parts
    assert all(line["trace_id"] == trace for line in logged)


def test_a_refusal_is_a_trace_like_another(people: People, collected: Collector, child_id: str) -> None:
    trace = trace_kept()
    assert people.gp.get(f"/v1/children/{child_id}", traceparent=f"00-{trace}-{1:016x}-00").status_code == 404
    spans = collected.until(lambda spans: len(spans) >= 2, trace)
    assert {(span.part, span.name, span.failed) for span in spans} == {
        ("gateway", "GET /v1/children/{child_id}", False),
        ("consent", "POST /internal/decisions", False),
    }


def test_no_span_says_anything_of_anybody(collected: Collector, child_id: str) -> None:
    text = b"".join(collected.received).decode("latin-1").lower()
    for word in (*PERSON.values(), child_id, SOCIAL_WORKER, "urn:kith", "bearer"):
        assert word.lower() not in text
    assert {key for span in collected.spans for key in span.attributes} <= {
        *("http.request.method", "http.route", "http.response.status_code"),
        *("messaging.destination.name", "messaging.operation.type"),
    }
