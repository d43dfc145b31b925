"""One running Kith for the journey, on each database, and the steps that later ones stand on."""

import csv
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from stack.programs import free_ports
from tests.generator.rolls import Lists, make_lists, write_csv
from tests.journeys.scene import (
    GP,
    GP_HOME,
    HEALTH_VISITOR,
    INDEX_OFFICER,
    OFFICER,
    SOCIAL_WORKER,
    TEACHER,
    make_directory,
)
from tests.support.collector import Collector, collector
from tests.support.patience import PATIENCE
from tests.support.postgres import Postgres
from tests.support.server import Person, Server
from tests.support.stack import private_stack

SEED = 20261122
BAD_ROWS = 16
PARTS = ("CONSENT", "CHILD_INDEX", "ASSESSMENT", "NOTIFICATIONS")


ROWS = {"sqlite": 1500, "postgresql": 500, "stack": 200, "whole-lists": 5000}
"""Rows of the first of the two lists; the journey with whole lists is told on SQLite again."""


EDITIONS = ["sqlite", "postgresql", "stack", pytest.param("whole-lists", marks=pytest.mark.prove)]


IN_MAKE_TEST = ("test_journey.py", "test_stack.py")
"""What is told of the stack in `make test`; the other stories are told of it in `make prove`."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The stack's own tests are of the stack alone."""
    left = []
    for item in [each for each in items if each.path.parent == Path(__file__).parent]:
        callspec = getattr(item, "callspec", None)
        of_the_stack = callspec is not None and callspec.params.get("edition") == "stack"
        if item.path.name == "test_stack.py" and not of_the_stack:
            left.append(item)
        elif of_the_stack and item.path.name not in IN_MAKE_TEST:
            item.add_marker("prove")
    config.hook.pytest_deselected(items=left)
    items[:] = [item for item in items if item not in left]


@pytest.fixture(scope="package", params=EDITIONS)
def edition(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="package")
def collected() -> Iterator[Collector]:
    """What the server's spans are sent to."""
    with collector() as found:
        yield found


@pytest.fixture(scope="package")
def server(
    edition: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, collected: Collector
) -> Iterator[Server]:
    environment = {
        "KITH_OTLP_ENDPOINT": collected.endpoint,
        "KITH_TRACE_SHARE": "0.001",  # those that a test asks for by their ids, and few others
        "OTEL_BSP_SCHEDULE_DELAY": "50",
    }
    running: Server
    if edition == "stack":
        with private_stack(environment) as running:
            yield running
        return
    if edition == "postgresql":
        postgres: Postgres = request.getfixturevalue("postgres")
        environment |= {f"KITH_{part}_DATABASE_URL": postgres.new_database(part.lower()) for part in PARTS}
    running = Server(tmp_path_factory.mktemp("kith"), environment, metrics_port=free_ports(1)[0])
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


def eventually(check: Callable[[], object], seconds: float = PATIENCE) -> float:
    """Asks until it holds; returns the seconds that took."""
    began = time.monotonic()
    while not check():
        assert time.monotonic() - began < seconds, "it never held"
        time.sleep(0.02)
    return time.monotonic() - began


def personal(imported: Imported, chosen: Chosen) -> set[str]:
    """Names, numbers and words that were used on the way here."""
    secrets = {chosen.nhs_number, chosen.postcode, chosen.family_name, "Maria", "tired in the mornings", "Weight below"}
    secrets |= {"Rosemary Lodge", "Quince Row", GP_HOME["postcode"]}
    for row in imported.lists.roll[:400]:
        secrets |= {row.nhs_number, row.upn, row.postcode}
        secrets |= {name for name in (row.given_name, row.family_name) if len(name) > 5}
    return {secret for secret in secrets if secret}
