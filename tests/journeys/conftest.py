"""One running Kith for the journey, on each database, and the steps that later ones stand on."""

import csv
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.generator.rolls import Lists, make_lists, write_csv
from tests.journeys.scene import (
    GP,
    HEALTH_VISITOR,
    INDEX_OFFICER,
    OFFICER,
    SOCIAL_WORKER,
    TEACHER,
    make_directory,
)
from tests.support.postgres import Postgres
from tests.support.server import Person, Server

SEED = 20261122
BAD_ROWS = 16
PARTS = ("CONSENT", "CHILD_INDEX", "ASSESSMENT", "NOTIFICATIONS")


ROWS = {"sqlite": 1500, "postgresql": 500, "whole-lists": 5000}
"""Rows of the first of the two lists; the journey with whole lists is told on SQLite again."""


@pytest.fixture(scope="package", params=["sqlite", "postgresql", pytest.param("whole-lists", marks=pytest.mark.prove)])
def edition(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="package")
def server(edition: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    environment = {}
    if edition == "postgresql":
        postgres: Postgres = request.getfixturevalue("postgres")
        environment = {f"KITH_{part}_DATABASE_URL": postgres.new_database(part.lower()) for part in PARTS}
    running = Server(tmp_path_factory.mktemp("kith"), environment)
    running.start()
    yield running
    assert running.stop() == 0


@dataclass
class People:
    """Everybody who is signed in."""

    admin: Person
    teacher: Person
    gp: Person
    health_visitor: Person
    social_worker: Person
    officer: Person
    index_officer: Person


@pytest.fixture(scope="package")
def people(server: Server) -> People:
    admin = server.person("admin")
    make_directory(admin)
    return People(
        admin,
        server.person(TEACHER),
        server.person(GP),
        server.person(HEALTH_VISITOR),
        server.person(SOCIAL_WORKER),
        server.person(OFFICER),
        server.person(INDEX_OFFICER),
    )


@dataclass
class Imported:
    """The two lists, where they lie, and what the imports answered for each row, by local id."""

    lists: Lists
    roll: Path
    gp_list: Path
    results: dict[str, dict[str, object]]
    rejections: dict[str, list[dict[str, str]]]


@pytest.fixture(scope="package")
def imported(edition: str, server: Server, people: People, tmp_path_factory: pytest.TempPathFactory) -> Imported:
    folder, rows = tmp_path_factory.mktemp("lists"), ROWS[edition]
    lists = make_lists(SEED, rolls=rows, shared=rows * 9 // 10, bad_rows=BAD_ROWS)
    roll, gp_list = folder / "roll.csv", folder / "gp_list.csv"
    write_csv(lists.roll, roll)
    write_csv(lists.gp_list, gp_list)
    results: dict[str, dict[str, object]] = {}
    rejections: dict[str, list[dict[str, str]]] = {}
    for name, path, service in (("roll", roll, "elm-roll"), ("gp", gp_list, "oak-list")):
        taken = folder / f"{name}.ndjson"
        refused = folder / f"{name}.rejections.csv"
        done = server.kith(
            "import", str(path), "--service", service, "--as", INDEX_OFFICER, "--url", server.url,
            "--results", str(taken), "--rejections", str(refused),
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        for line in taken.read_text().splitlines():
            row = json.loads(line)
            results[row["local_id"]] = row
        with refused.open(newline="") as file:
            rejections[name] = list(csv.DictReader(file))
    return Imported(lists, roll, gp_list, results, rejections)


@dataclass
class Chosen:
    """The child of the story: on both lists, matched without a doubt, with a name long enough for a typing error."""

    child_id: str
    given_name: str
    family_name: str
    date_of_birth: str
    postcode: str
    nhs_number: str


@pytest.fixture(scope="package")
def chosen(imported: Imported) -> Chosen:
    by_id = {row.local_id: row for row in imported.lists.roll}
    twins = imported.lists.truth.twins
    on_gp_list = {imported.results.get(row.local_id, {}).get("child_id") for row in imported.lists.gp_list}
    for local_id, row in by_id.items():
        result = imported.results.get(local_id)
        plain = row.family_name.isalpha() and len(row.family_name) > 6 and row.given_name.isalpha()
        child = imported.lists.truth.child_of.get(local_id)
        both = result and result.get("child_id") and result["child_id"] in on_gp_list
        if result and both and plain and child not in twins and row.nhs_number and row.postcode:
            return Chosen(
                str(result["child_id"]),
                row.given_name,
                row.family_name,
                row.date_of_birth,
                row.postcode,
                row.nhs_number,
            )
    raise AssertionError("no child fits")


def eventually(check: Callable[[], object], seconds: float = 5.0) -> float:
    """Asks until it holds; returns the seconds that took."""
    began = time.monotonic()
    while not check():
        assert time.monotonic() - began < seconds, "it never held"
        time.sleep(0.02)
    return time.monotonic() - began
