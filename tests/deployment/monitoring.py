"""What deploy/prometheus, deploy/grafana and docs/runbooks say, read for the tests that hold them together."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import promql_parser
import yaml

ROOT = Path(__file__).resolve().parents[2]
PROMETHEUS = ROOT / "deploy" / "prometheus"
GRAFANA = ROOT / "deploy" / "grafana"
RUNBOOKS = ROOT / "docs" / "runbooks"


@cache
def configuration() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text())
    return read


@cache
def processes() -> list[str]:
    """Names of the processes that Prometheus asks."""
    (job,) = configuration()["scrape_configs"]
    (found,) = job["dns_sd_configs"]
    names: list[str] = found["names"]
    return names


@cache
def alerts() -> list[dict[str, Any]]:
    files = [file for pattern in configuration()["rule_files"] for file in PROMETHEUS.glob(pattern)]
    return [rule for file in files for group in yaml.safe_load(file.read_text())["groups"] for rule in group["rules"]]


@cache
def dashboards() -> dict[str, dict[str, Any]]:
    return {file.stem: json.loads(file.read_text()) for file in (GRAFANA / "dashboards").glob("*.json")}


@cache
def queries() -> dict[str, str]:
    """Every query of the alerts and the dashboards, by where it stands."""
    found = {str(rule["alert"]): str(rule["expr"]) for rule in alerts()}
    for name, board in dashboards().items():
        for panel in board["panels"]:
            for target in panel["targets"]:
                found[f"{name}: {panel['title']}: {target['refId']}"] = target["expr"]
    return found


def selectors(query: str) -> Iterator[Any]:
    """The vector selectors of a query (name, and matchers of labels). Raises where it cannot be parsed."""
    waiting: list[Any] = [promql_parser.parse(query)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, promql_parser.VectorSelector):
            yield node
        elif isinstance(node, promql_parser.MatrixSelector):
            waiting.append(node.vector_selector)
        elif isinstance(node, promql_parser.BinaryExpr):
            waiting += [node.lhs, node.rhs]
        elif isinstance(node, promql_parser.Call):
            waiting += node.args
        elif isinstance(node, promql_parser.AggregateExpr):
            waiting += [node.expr] + ([node.param] if node.param is not None else [])
        elif isinstance(node, promql_parser.ParenExpr | promql_parser.UnaryExpr | promql_parser.SubqueryExpr):
            waiting.append(node.expr)
        else:
            assert isinstance(node, promql_parser.NumberLiteral | promql_parser.StringLiteral), type(node)


@cache
def exported() -> dict[str, set[str]]:
    """By the name of each sample its labels, as docs/telemetry.md has them; a journey's test holds that page against
    what a running Kith tells. With what Prometheus itself knows of a target."""
    page = (ROOT / "docs" / "telemetry.md").read_text()
    samples: dict[str, set[str]] = {"up": set()}
    for name, labels in re.findall(r"^\| `(kith_\w+)` \| ([\w, ]*) ?\|", page, re.M):
        words = {word.strip() for word in labels.split(",") if word.strip()}
        if name == "kith_http_request_seconds":
            samples |= {f"{name}_bucket": words | {"le"}, f"{name}_count": words, f"{name}_sum": words}
        else:
            samples[name] = words
    return {name: labels | {"job", "instance", "process"} for name, labels in samples.items()}
