"""Two lists of one town, without any identifier, through the import: who is one child, and who is not."""

import json
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.generator.rolls import Lists, make_lists, write_csv
from tests.journeys.scene import INDEX_OFFICER, make_directory
from tests.support.proof import Proof
from tests.support.server import Person, Server

SEED = 90210
"""The matching was built on other seeds."""


def import_list(who: Person, path: Path, service: str) -> list[dict[str, object]]:
    with path.open("rb") as file:
        sent = who.http.post("/v1/imports", files={"file": (path.name, file)}, data={"service_id": service})
    assert sent.status_code == 202, sent.text
    address = f"/v1/imports/{sent.json()['import_id']}"
    while (state := who.ok("GET", address))["state"] in {"queued", "running"}:
        time.sleep(0.2)
    assert state["state"] == "completed"
    return [json.loads(line) for line in who.get(f"{address}/results").text.splitlines()]


def pairs_f1(found: set[tuple[str, str]], true: set[tuple[str, str]]) -> float:
    right = len(found & true)
    return 2 * right / (len(found) + len(true))


def proposed(who: Person) -> dict[str, str]:
    """The child that each waiting review proposes."""
    found: dict[str, str] = {}
    cursor = ""
    while True:
        page = who.ok("GET", f"/v1/match-reviews?limit=200{cursor}")
        for review in page["items"]:
            found[review["review_id"]] = review["candidate"]["child_id"]
        if page["next_cursor"] is None:
            return found
        cursor = f"&cursor={page['next_cursor']}"


def grouped(lists: Lists, child_of: dict[str, str]) -> set[tuple[str, str]]:
    """Pairs of (school row, surgery row) that ended as one child."""
    by_child: dict[str, tuple[list[str], list[str]]] = {}
    for row in lists.roll:
        if row.local_id in child_of:
            by_child.setdefault(child_of[row.local_id], ([], []))[0].append(row.local_id)
    for row in lists.gp_list:
        if row.local_id in child_of:
            by_child.setdefault(child_of[row.local_id], ([], []))[1].append(row.local_id)
    return {(school, gp) for schools, gps in by_child.values() for school in schools for gp in gps}


@pytest.mark.parametrize(
    ("rows", "bar"), [(1000, 0.98), pytest.param(5000, 0.99, marks=pytest.mark.prove)], ids=["part", "whole"]
)
def test_rows_of_one_child_are_found_without_any_identifier(
    rows: int, bar: float, tmp_path: Path, proof: Proof
) -> None:
    lists = make_lists(SEED, rolls=rows, shared=rows * 9 // 10, identifiers=False)
    truth = lists.truth
    write_csv(lists.roll, tmp_path / "roll.csv")
    write_csv(lists.gp_list, tmp_path / "gp.csv")
    with Server(tmp_path / "data") as server:
        server.start()
        make_directory(server.person("admin"))
        officer = server.person(INDEX_OFFICER)
        results = [
            *import_list(officer, tmp_path / "roll.csv", "elm-roll"),
            *import_list(officer, tmp_path / "gp.csv", "oak-list"),
        ]
        reviews = proposed(officer)
        assert server.stop() == 0
    child_of = {str(row["local_id"]): str(row["child_id"]) for row in results if row.get("child_id")}
    linked = grouped(lists, child_of)
    true = truth.pairs()
    wrong = [pair for pair in linked if truth.child_of[pair[0]] != truth.child_of[pair[1]]]
    within = Counter((child_id, truth.child_of[local_id]) for local_id, child_id in child_of.items())
    mixed = [child for child, count in Counter(child for child, _ in within).items() if count > 1]
    # What a person who knows the truth makes of each review: the proposed child, or a child of their own.
    members: dict[str, set[str]] = {}
    for local_id, child_id in child_of.items():
        members.setdefault(child_id, set()).add(truth.child_of[local_id])
    resolved = dict(child_of)
    for row in results:
        if row["outcome"] == "review":
            candidate = reviews[str(row["review_id"])]
            key = truth.child_of[str(row["local_id"])]
            resolved[str(row["local_id"])] = candidate if key in members.get(candidate, set()) else f"new:{key}"
    automatic, with_reviews = pairs_f1(linked, true), pairs_f1(grouped(lists, resolved), true)
    waiting = sum(1 for row in results if row["outcome"] == "review")
    proof.note("true pairs", len(true))
    proof.note("pairs F1, automatic links alone", f"{automatic:.4f}")
    proof.note("pairs F1, reviews decided rightly", f"{with_reviews:.4f}")
    proof.note("wrong automatic links", len(wrong) + len(mixed))
    proof.note(f"rows to review, of {2 * rows:,}", waiting)
    assert wrong == []
    assert mixed == []
    assert with_reviews >= 0.99
    assert automatic >= bar
    assert waiting <= 2 * rows * 0.03
