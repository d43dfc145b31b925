"""Alerts and dashboards ask for what Kith tells, and for nothing else."""

import re
from typing import Any

import promql_parser
import pytest
import yaml

from chassis.metrics import METHODS
from consent.domain.findings import BECAUSE
from contracts.routes import ROUTES, Service
from tests.deployment.monitoring import (
    GRAFANA,
    alerts,
    configuration,
    dashboards,
    exported,
    processes,
    queries,
    selectors,
)

INTERNAL = ("/internal/decisions", "/internal/search-overrides", "/health/ready", "/health/live")
WORDS = {
    "job": ("kith",),
    "process": processes(),
    "part": (*Service, "gateway"),
    "status": ("2xx", "3xx", "4xx", "5xx"),
    "method": METHODS,
    "route": (*{route.path for route in ROUTES}, *INTERNAL),
    "rule": BECAUSE,
    "outcome": ("permitted", "refused", "error"),
    "state": ("new", "reminded", "escalated", "completed", "failed"),
    "check": ("yes", "no"),
}
"""What the labels of a query may be compared with."""


@pytest.mark.parametrize("place", queries())
def test_a_query_asks_for_what_there_is(place: str) -> None:
    there = exported()
    asked = list(selectors(queries()[place]))
    assert asked
    for selector in asked:
        assert selector.name in there, f"nothing exports {selector.name}"
        for matcher in selector.matchers.matchers:
            assert matcher.name in there[selector.name], f"{selector.name} has no label {matcher.name}"
            for word in _alternatives(matcher):
                known = [each for each in WORDS[matcher.name] if re.fullmatch(word, each)]
                assert known, f"no {matcher.name} is {word}"


def _alternatives(matcher: Any) -> list[str]:
    """Regular expressions, each of which must find something."""
    if matcher.op in (promql_parser.MatchOp.Equal, promql_parser.MatchOp.NotEqual):
        return [re.escape(matcher.value)]
    return [matcher.value] if "(" in matcher.value else matcher.value.split("|")


def test_a_query_that_asks_for_something_else_would_be_seen() -> None:
    (selector,) = selectors('sum(rate(kith_nothing_total{part="gateway"}[5m]))')
    assert selector.name not in exported()
    assert "kith_http_requests_total" in exported()
    assert exported()["kith_consumer_lag"] >= {"group", "topic"}


def test_prometheus_asks_every_process_of_the_distributed_form() -> None:
    services = {f"{service}-{kind}" for service in Service for kind in ("api", "worker")}
    assert set(processes()) == services | {"gateway"}
    (job,) = configuration()["scrape_configs"]
    assert {(each["port"], each["type"]) for each in job["dns_sd_configs"]} == {(9100, "A")}
    (missing,) = [rule["expr"] for rule in alerts() if rule["alert"] == "KithProcessMissing"]
    assert set(re.findall(r'process="([\w-]+)"', missing)) == set(processes())


def test_every_alert_says_what_it_is() -> None:
    names = [rule["alert"] for rule in alerts()]
    assert len(set(names)) == len(names)
    for rule in alerts():
        assert rule["labels"]["severity"] in {"page", "ticket"}, rule["alert"]
        assert rule["annotations"]["summary"], rule["alert"]
        for label in re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"]):
            assert re.search(rf"\b{label}\b", rule["expr"]) or rule["expr"].startswith("up{"), rule["alert"]


def test_dashboards_are_provisioned_and_whole() -> None:
    (source,) = yaml.safe_load((GRAFANA / "provisioning" / "datasources" / "prometheus.yml").read_text())["datasources"]
    (provider,) = yaml.safe_load((GRAFANA / "provisioning" / "dashboards" / "kith.yml").read_text())["providers"]
    assert provider["options"]["path"].endswith("/dashboards")
    boards = dashboards()
    assert {board["uid"] for board in boards.values()} == {"kith-operations", "kith-governance"}
    for board in boards.values():
        ids = [panel["id"] for panel in board["panels"]]
        assert len(set(ids)) == len(ids)
        for panel in board["panels"]:
            used = {target["datasource"]["uid"] for target in panel["targets"]} | {panel["datasource"]["uid"]}
            assert used == {source["uid"]}
            place = panel["gridPos"]
            assert place["x"] + place["w"] <= 24
