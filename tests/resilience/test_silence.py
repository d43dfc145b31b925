"""Blocked, unrelated and absent are one answer: the same bytes, and the same time as far as it can be measured."""

import json
import random
import time
from collections.abc import Iterator
from itertools import combinations
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.ids import new_id
from tests.journeys.scene import HEALTH_VISITOR, TEACHER
from tests.support.proof import Proof
from tests.support.server import Person
from tests.support.statistics import mann_whitney
from tests.support.story import Story

CASES = ("blocked", "unrelated", "absent")
REQUEST_ID = "01890000-0000-7000-8000-000000000001"
HIDDEN = {"given_name": "Wilhelmina", "family_name": "Fairweather", "date_of_birth": "2015-04-03"}


@pytest.fixture(scope="module")
def story(on_sqlite: Story) -> Iterator[Story]:
    """With the health visitor blocked."""
    told, path = on_sqlite, f"/v1/children/{on_sqlite.child_id}"
    assert told[HEALTH_VISITOR].get(path).status_code == 200
    block = {"viewer": {"type": "practitioner", "id": HEALTH_VISITOR}, "categories": ["all"]}
    placed = told.young_person.ok("POST", "/v1/me/blocks", block)
    assert told[HEALTH_VISITOR].get(path).status_code == 404
    yield told
    assert told.young_person("DELETE", f"/v1/me/blocks/{placed['block_id']}").status_code == 204


def child_of(case: str, story: Story) -> str:
    if case == "absent":
        return new_id()
    return story.child_id if case == "blocked" else story.ids["child_id"][1]


def answer(who: Person, child_id: str, tail: str) -> tuple[int, bytes, list[tuple[str, str]]]:
    found = who.get(f"/v1/children/{child_id}{tail}", X_Request_Id=REQUEST_ID)
    kept = [pair for pair in found.headers.multi_items() if pair[0] != "date"]
    return found.status_code, found.content, kept


@pytest.mark.parametrize("tail", ["", "/assessments", "/viewers", "/consents"])
def test_the_three_answers_are_the_same_bytes(story: Story, tail: str) -> None:
    who = story[HEALTH_VISITOR]
    blocked, unrelated, absent = (answer(who, child_of(case, story), tail) for case in CASES)
    assert blocked[0] == 404
    assert blocked == unrelated == absent


def searched(story: Story, case: str) -> tuple[int, bytes, list[tuple[str, str]]]:
    """By name and date of birth: the child who is hidden from the caller, or one who does not exist."""
    wanted = HIDDEN if case == "blocked" else {**HIDDEN, "given_name": "Clementina", "family_name": "Oldweather"}
    found = story[HEALTH_VISITOR]("POST", "/v1/children/search", wanted, X_Request_Id=REQUEST_ID)
    return found.status_code, found.content, [pair for pair in found.headers.multi_items() if pair[0] != "date"]


def test_a_search_for_a_hidden_child_is_answered_as_one_for_nobody(story: Story) -> None:
    blocked, absent = (searched(story, case) for case in ("blocked", "absent"))
    assert json.loads(blocked[1])["status"] == "no_match"
    assert blocked == absent
    assert json.loads(story[TEACHER]("POST", "/v1/children/search", HIDDEN).content)["status"] == "match"


@pytest.mark.prove
def test_the_three_take_the_same_time(story: Story, proof: Proof) -> None:
    times = measured(story, 10_000)
    for case in CASES:
        proof.note(f"{case}: requests", len(times[case]))
        proof.note(f"{case}: median ms", round(median(times[case]) * 1000, 3))
    for one, other in combinations(CASES, 2):
        proof.note(f"{one} against {other}: Mann-Whitney p", float(f"{mann_whitney(times[one], times[other]):.3g}"))
    medians = [median(times[case]) for case in CASES]
    assert max(medians) / min(medians) < 1.1


def measured(story: Story, requests: int) -> dict[str, list[float]]:
    """Seconds of so many requests, the three cases in a new order each time, so that what passes hits all alike."""
    who, order = story[HEALTH_VISITOR], random.Random(20261122)
    times: dict[str, list[float]] = {case: [] for case in CASES}
    for _ in range(50):
        who.get(f"/v1/children/{new_id()}")
    while sum(map(len, times.values())) < requests:
        for case in order.sample(CASES, 3):
            path = f"/v1/children/{child_of(case, story)}"
            began = time.perf_counter()
            found = who.get(path)
            times[case].append(time.perf_counter() - began)
            assert found.status_code == 404
    return times


@pytest.mark.prove
def test_the_two_searches_take_the_same_time(story: Story, proof: Proof) -> None:
    order, cases = random.Random(20261122), ("blocked", "absent")
    times: dict[str, list[float]] = {case: [] for case in cases}
    while len(times["absent"]) < 1_500:
        for case in order.sample(cases, 2):
            began = time.perf_counter()
            assert searched(story, case)[0] == 200
            times[case].append(time.perf_counter() - began)
    for case in cases:
        proof.note(f"search, {case}: requests", len(times[case]))
        proof.note(f"search, {case}: median ms", round(median(times[case]) * 1000, 3))
    proof.note("search, blocked against absent: Mann-Whitney p", float(f"{mann_whitney(*times.values()):.3g}"))
    assert max(map(median, times.values())) / min(map(median, times.values())) < 1.1


samples = st.lists(st.integers(0, 60), min_size=20, max_size=60)


@given(samples, samples)
def test_the_statistic_is_that_of_a_known_library(first: list[float], second: list[float]) -> None:
    from scipy.stats import mannwhitneyu  # over a second to import, in each worker that collects this

    known = mannwhitneyu(first, second, method="asymptotic").pvalue
    assert mann_whitney(first, second) == pytest.approx(known, abs=1e-9) or len({*first, *second}) == 1
