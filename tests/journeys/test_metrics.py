"""What Prometheus is told of a Kith that has worked: what happened, and nothing of anybody."""

import re
import time
from pathlib import Path

import pytest

from chassis.ids import is_uuid
from chassis.metrics import METHODS, SECONDS
from consent.domain.findings import BECAUSE
from contracts.events.base import TOPICS
from contracts.routes import ROUTES, Service
from tests.journeys.conftest import BAD_ROWS, Chosen, Imported, People, eventually, personal
from tests.journeys.scene import DIRECTORY
from tests.support.exposition import Told, names, told_by, value
from tests.support.server import Server

ROOT = Path(__file__).resolve().parents[2]
CONSUME = {Service.CONSENT, Service.CHILD_INDEX, Service.ASSESSMENT, Service.NOTIFICATIONS}
WORDS = {
    "part": {*Service, "gateway", "kith"},
    "method": {*METHODS, "other"},
    "status": {"1xx", "2xx", "3xx", "4xx", "5xx"},
    "le": {str(bound) for bound in SECONDS} | {"+Inf"},
    "topic": set(TOPICS),
    "outcome": {"permitted", "refused", "error", "created", "matched", "review", "rejected"},
    "rule": set(BECAUSE),
    "check": {"yes", "no"},
    "state": {"completed", "failed", "new", "reminded", "escalated"},
    "sample": {"pool", "outbox", "broker", "log", "overrides", "imports"},
}
"""Every word that a label may have, but for a route's template, a group's name, and the versions of what runs."""


@pytest.fixture(scope="module")
def child_id(people: People, imported: Imported) -> str:
    """A child whom the teacher registered and the practice knows nothing of, as its refusal says."""
    person = {"given_name": "Ottoline", "family_name": "Quarrington", "date_of_birth": "2014-02-17"}
    made = str(people.teacher.ok("POST", "/v1/children", person)["child_id"])
    assert people.gp.get(f"/v1/children/{made}").status_code == 404
    assert people.gp.get("/v1/nothing-here/Quarrington").status_code == 404
    return made


@pytest.fixture(scope="module")
def told(server: Server, child_id: str) -> Told:
    return told_by(server.metrics())


def test_it_tells_what_happened(told: Told, imported: Imported) -> None:
    rows = [count for labels, count in told["kith_import_rows_total"] if labels["check"] == "no"]
    assert sum(rows) >= len(imported.lists.roll) + len(imported.lists.gp_list)
    assert value(told, "kith_import_rows_total", outcome="rejected", check="no") >= 2 * BAD_ROWS
    assert value(told, "kith_imports_total", state="completed") >= 2
    assert value(told, "kith_decisions_refused_total", rule="not-involved") > 0
    refused = value(told, "kith_decisions_total", outcome="refused")
    assert 0 < refused < value(told, "kith_decisions_total", outcome="permitted")
    asked = {"part": "consent", "method": "POST", "route": "/internal/decisions"}
    # Some decisions are about several children, some ask whether a search may be made at all.
    assert value(told, "kith_http_requests_total", **asked, status="2xx") > refused
    assert value(told, "kith_http_request_seconds_count", **asked) > refused
    read = {"method": "GET", "route": "/v1/children/{child_id}"}
    assert value(told, "kith_http_requests_total", part="gateway", **read, status="4xx") > 0
    by_the_index = {
        labels["status"] for labels, _ in told["kith_http_requests_total"] if labels.items() >= read.items()
    }
    assert "4xx" in by_the_index
    done = {labels["group"].partition(".")[0] for labels, count in told["kith_messages_handled_total"] if count > 0}
    assert done == CONSUME


def test_it_tells_what_stands(server: Server, people: People, told: Told) -> None:
    def at_rest() -> bool:
        size = people.officer.ok("GET", "/v1/access-log/tree-head")["tree_size"]
        now = told_by(server.metrics())
        behind = [count for name in ("kith_outbox_events", "kith_consumer_lag") for _, count in now[name]]
        return not any(behind) and 0 <= value(now, "kith_log_tree_size") - size < 10

    eventually(at_rest)
    assert {labels["part"] for labels, _ in told["kith_outbox_oldest_seconds"]} == CONSUME
    assert {labels["part"] for labels, _ in told["kith_database_connections_in_use"]} == CONSUME
    assert value(told, "kith_dead_letters_waiting", topic="kith.child-index.v1") == 0
    assert {labels["state"] for labels, _ in told["kith_overrides_unreviewed"]} == {"new", "reminded", "escalated"}
    assert value(told, "kith_log_unsequenced_oldest_seconds") < 5
    assert time.time() - 600 < value(told, "kith_log_head_timestamp_seconds") <= time.time() + 1
    assert value(told, "kith_import_rows_waiting") == 0
    assert all(count == 0 for _, count in told["kith_samples_failed_total"])


def test_it_tells_nothing_of_anybody(server: Server, told: Told, imported: Imported, chosen: Chosen) -> None:
    text = server.metrics()
    directory = {path.rpartition("/")[2] for path, _ in DIRECTORY}
    labels = {label for samples in told.values() for has, _ in samples for label in has.values()}
    assert labels.isdisjoint(directory)
    assert not any(is_uuid(part) for label in labels for part in label.split("/"))
    secrets = personal(imported, chosen) | {chosen.child_id, "Quarrington", "Ottoline"}
    assert [secret for secret in secrets if secret.lower() in text.lower()] == []


def test_no_label_has_a_word_that_was_not_foreseen(told: Told) -> None:
    """So there are no more series than routes, parts and rules make of them, however long it runs."""
    found: dict[str, set[str]] = {}
    for samples in told.values():
        for labels, _ in samples:
            for name, word in labels.items():
                found.setdefault(name, set()).add(word)
    templates = {route.path for route in ROUTES}
    routes = {route.removeprefix("/internal/candidates") for route in found.pop("route")} - templates
    assert all(
        re.fullmatch(r"unmatched|/(internal|health|docs|dev)(/[a-z.-]+|/\{\w+\})*|/openapi[\w.-]*", each)
        for each in routes
    ), routes
    assert found.pop("group") <= {f"{part}.{name}" for part in CONSUME for name in ("directory", *CONSUME)}
    del found["version"], found["python"]
    assert {name: words - WORDS[name] for name, words in found.items()} == {name: set() for name in found}
    assert sum(len(samples) for samples in told.values()) < 40 * len(ROUTES) + 500


def test_every_metric_is_documented_and_nothing_else_is(server: Server, told: Told) -> None:
    page = (ROOT / "docs" / "telemetry.md").read_text()
    documented = set(re.findall(r"^\| `(kith_\w+)`", page, re.M))

    def there() -> set[str]:
        return {re.sub(r"(?<=_seconds)_(bucket|count|sum)$", "", name) for name in names(server.metrics())}

    # What stands is looked up, and where that took too long it is left out until the next time.
    eventually(lambda: documented <= there())
    assert documented == there()
