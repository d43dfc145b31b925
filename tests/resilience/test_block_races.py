"""A block holds from the next request: no read that starts after its acknowledgement tells of the child."""

import json
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

import pytest

from tests.journeys.scene import SOCIAL_WORKER
from tests.resilience.racer import READERS, Race
from tests.support.proof import Proof
from tests.support.story import TODAY, Story

ROOT = Path(__file__).resolve().parents[2]
SEARCH = {"given_name": "Wilhelmina", "family_name": "Fairweather", "date_of_birth": "2015-04-03"}


def race(story: Story, processes: int, races: int) -> dict[str, int]:
    """Each process has a practitioner of its own who works with the one child; what all of them saw together."""
    running = []
    for number in range(processes):
        who = f"racer-{number}"
        entry = {"name": f"Racer {number}", "agency_id": "oak-surgery", "role": "gp"}
        story["admin"].ok("PUT", f"/v1/practitioners/{who}", entry)
        person = story.server.person(who)
        episode = {"service_id": "visits", "practitioner_id": who, "started_on": TODAY}
        person.ok("POST", f"/v1/children/{story.child_id}/episodes", episode)
        assert person.get(f"/v1/children/{story.child_id}").status_code == 200
        told = Race(
            story.server.url,
            who,
            person.http.headers["Authorization"],
            story.young_person.http.headers["Authorization"],
            story.child_id,
            SEARCH,
            races // processes,
            number,
        )
        command = [sys.executable, "-m", "tests.resilience.racer", json.dumps(asdict(told))]
        running.append(subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))
    total: dict[str, int] = {}
    for process in running:
        output, errors = process.communicate(timeout=3600)
        assert process.returncode == 0, errors[-2000:]
        for name, count in json.loads(output).items():
            total[name] = total.get(name, 0) + count
    return total


def check(seen: dict[str, int], races: int) -> None:
    assert seen["races"] == races
    assert seen["errors"] == 0
    assert seen["late"] == 0
    # The races were races: each had its reads after the acknowledgement, and reads told of the child before it.
    assert seen["after_refused"] >= races * READERS
    assert seen["before_told"] > races / 10


def test_forty_races(on_postgresql: Story) -> None:
    check(race(on_postgresql, 2, 40), 40)
    assert on_postgresql[SOCIAL_WORKER].get(f"/v1/children/{on_postgresql.child_id}").status_code == 200


@pytest.mark.prove
def test_ten_thousand_races(on_postgresql: Story, proof: Proof) -> None:
    began = time.monotonic()
    seen = race(on_postgresql, 8, 10_000)
    proof.note("races of a block against reads, 8 processes, PostgreSQL", seen["races"])
    proof.note("reads that started before the acknowledgement", seen["before_told"] + seen["before_refused"])
    proof.note("of these told of the child", seen["before_told"])
    proof.note("reads that started after the acknowledgement", seen["after_refused"] + seen["late"])
    proof.note("of these told of the child (late releases)", seen["late"])
    proof.note("seconds", round(time.monotonic() - began))
    check(seen, 10_000)
