"""Every alert has its runbook, every runbook its alerts, and what they tell one to type is there."""

import re
import shlex
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import typer.main

import stack.__main__
from child_index.adapters.tables import metadata as child_index
from consent.adapters.tables import metadata as consent
from contracts.events.base import TOPICS
from contracts.events.types import EVENT_TYPES
from contracts.routes import ROUTES
from contracts.vocabulary import Purpose
from kith.main import app
from tests.architecture.test_docs import SETTINGS
from tests.deployment.monitoring import ROOT, RUNBOOKS, alerts, exported, processes

PAGES = sorted(page for page in RUNBOOKS.glob("*.md") if page.name not in {"README.md", "restore.md"})
PARTS = ["What one sees", "What it means", "First look", "Mend", "Afterwards"]
TABLES = {"kith_consent": consent, "kith_child_index": child_index}


def test_every_alert_names_its_runbook_and_is_named_by_it() -> None:
    named = {page.name: set(re.findall(r"`(Kith[A-Z]\w+)`", page.read_text().split("## ")[0])) for page in PAGES}
    wanted: dict[str, set[str]] = {page.name: set() for page in PAGES}
    for rule in alerts():
        page = ROOT / rule["annotations"]["runbook"]
        assert page in PAGES, rule["alert"]
        wanted[page.name].add(rule["alert"])
    assert named == wanted
    assert all(wanted.values())


def test_the_index_has_every_runbook_with_its_alerts() -> None:
    rows = re.findall(r"^\| \[[^\]]+\]\(([\w-]+\.md)\) \| ([^|]*) \|", (RUNBOOKS / "README.md").read_text(), re.M)
    listed = {name: set(re.findall(r"`(\w+)`", names)) for name, names in rows}
    assert {name: names for name, names in listed.items() if name != "restore.md"} == {
        page.name: {rule["alert"] for rule in alerts() if rule["annotations"]["runbook"].endswith(f"/{page.name}")}
        for page in PAGES
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_runbook_has_its_parts_and_names_what_there_is(page: Path) -> None:
    text = page.read_text()
    assert re.findall(r"^## (.*)$", text, re.M) == PARTS
    families = {re.sub(r"_(bucket|count|sum)$", "", name) for name in exported()}
    assert set(re.findall(r"`(kith_\w+)`", text)) - {"kith_administrator"} <= families | set(exported())
    settings = {f"KITH_{field.upper()}" for kind in SETTINGS for field in kind.model_fields}
    assert set(re.findall(r"`(KITH_\w+)`", text)) <= settings
    first_cells = re.findall(r"^\| (`.*?) \|", text, re.M)
    for code in (code for cell in first_cells for code in re.findall(r"`([a-z]+\.[a-z_-]+)`", cell)):
        assert f'"{code}' in _sources(), f"no log line is {code}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_a_runbook_tells_one_to_type_is_there(page: Path) -> None:
    text = page.read_text()
    lines = [line for block in re.findall(r"```sh\n(.*?)```", text, re.S) for line in block.splitlines()]
    assert lines
    for line in lines:
        words = shlex.split(line)
        if words[:2] == ["docker", "compose"]:
            _compose(words[2:])
        elif words[0] == "kith":
            _typed(typer.main.get_command(app), words[1:])
        elif words[1:3] == ["-m", "stack"]:
            _typed(typer.main.get_command(stack.__main__.app), words[3:])
        elif words[0] == "curl":
            _asked(words)
        else:
            raise AssertionError(f"unknown: {line}")
    for module in re.findall(r"`python -m ([\w.]+)`", text):
        assert find_spec(module), module


@cache
def _sources() -> str:
    parts = ("libs", "services", "gateway")
    return "\n".join(file.read_text() for part in parts for file in (ROOT / part).glob("**/src/**/*.py"))


def _compose(words: list[str]) -> None:
    command, services = words[0], [*processes(), "postgres", "kafka"]
    assert command in {"ps", "logs", "restart", "stop", "exec"}
    if command == "exec":
        assert words[1] in services
        if words[2] == "psql":
            _queried(words[words.index("kith_administrator") + 1], words[-1])
    elif command != "ps":
        assert words[-1] in services


def _queried(database: str, statement: str) -> None:
    if "pg_stat_activity" in statement:
        return
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:
        TABLES[database].create_all(connection)
        connection.execute(sa.text(statement))
    engine.dispose()


def _typed(command: Any, words: list[str]) -> None:
    words = list(words)
    while hasattr(command, "commands"):  # Typer brings a click of its own
        command = command.commands[words.pop(0)]
    options = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= options
    for option, known in (("--type", EVENT_TYPES), ("--file", None)):
        if option in words:
            given = words[words.index(option) + 1]
            assert given in known if known is not None else (ROOT / given).exists(), given
    assert all(word in TOPICS for word in words if re.fullmatch(r"kith\.[\w-]+\.v1", word))


def _asked(words: list[str]) -> None:
    (url,) = [word for word in words if word.startswith("http")]
    path = re.sub(r"^https?://[^/]+|\?.*$", "", url)
    assert path in {"/health/ready", *(route.path for route in ROUTES if route.method == "GET")}, path
    for purpose in re.findall(r"Kith-Purpose: ([\w-]+)", " ".join(words)):
        assert purpose in set(Purpose)
