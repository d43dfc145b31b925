"""Measures a stream, from the entry's commit to its arrival at the reader: `python -m tests.bench.stream`.

A new involvement through the gateway, on PostgreSQL, and the lead professional reading the stream through it.
PostgreSQL itself says when the entry committed (`track_commit_timestamp`), so what the event's own trip took
(the request, the relay, the consumer) is known in the same run, and what the stream adds to it: the bell, the decision
with its log row, the way through the gateway. Bar: p99 of what it adds at most 250 ms.
"""

import argparse
import asyncio
import json
import os
import platform
import random
import tempfile
import threading
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import httpx

from tests.bench.events import committed_at
from tests.journeys.scene import GP, SOCIAL_WORKER, make_directory
from tests.support.postgres import private_postgres
from tests.support.server import Person, Server

PARTS = ("CONSENT", "CHILD_INDEX", "ASSESSMENT", "NOTIFICATIONS")
BAR = 0.25
LONGEST = 60.0


class Reading:
    """When each entry came, by the wall clock that PostgreSQL has too."""

    def __init__(self, server: Server, who: Person) -> None:
        self.came: dict[str, tuple[str, float]] = {}
        self._server = server
        self._sent = {"Authorization": who.http.headers["Authorization"]}
        self._begun = threading.Event()
        self._more = threading.Condition()
        threading.Thread(target=self._follow, daemon=True).start()
        assert self._begun.wait(LONGEST)

    def _follow(self) -> None:
        url = f"{self._server.url}/v1/notifications/stream"
        with httpx.stream("GET", url, headers=self._sent, timeout=LONGEST) as answer:
            for line in answer.iter_lines():
                at = time.time()
                self._begun.set()
                if line.startswith("data: "):
                    entry = json.loads(line.removeprefix("data: "))
                    with self._more:
                        self.came[entry["episode_id"]] = (entry["notification_id"], at)
                        self._more.notify_all()

    def of(self, episode_id: str) -> tuple[str, float]:
        with self._more:
            assert self._more.wait_for(lambda: episode_id in self.came, LONGEST), "an entry did not come"
        return self.came[episode_id]


def new_child(worker: Person, number: int) -> str:
    person = {
        "given_name": "".join(random.choices("abcdefghijklmnoprstuvwy", k=9)).title(),
        "family_name": "".join(random.choices("abcdefghijklmnoprstuvwy", k=11)).title(),
        "date_of_birth": date(2008 + number % 9, 1 + number % 12, 1 + number % 28).isoformat(),
    }
    child_id = str(worker.ok("POST", "/v1/children", person)["child_id"])
    body = {"service_id": "support", "started_on": date.today().isoformat()}
    worker.ok("POST", f"/v1/children/{child_id}/episodes", body)
    worker.ok("PUT", f"/v1/children/{child_id}/lead-professional", {"practitioner_id": SOCIAL_WORKER})
    return child_id


def measure(server: Server, database: str, count: int) -> tuple[list[float], list[float]]:
    """Seconds: of each event's own trip, from the request to the entry's commit; and of what the stream adds."""
    make_directory(server.person("admin"))
    worker, gp = server.person(SOCIAL_WORKER), server.person(GP)
    reading = Reading(server, worker)
    asked: dict[str, float] = {}
    for number in range(count):
        child_id = new_child(worker, number)
        body = {"service_id": "oak-list", "started_on": date.today().isoformat()}
        began = time.time()
        episode_id = str(gp.ok("POST", f"/v1/children/{child_id}/episodes", body)["episode_id"])
        asked[episode_id] = began
        reading.of(episode_id)
    commits = asyncio.run(committed_at(database, "notifications", "notification_id"))
    trips, adds = [], []
    for episode_id, began in asked.items():
        notification_id, came = reading.of(episode_id)
        trips.append(commits[notification_id] - began)
        adds.append(came - commits[notification_id])
    return trips, adds


def show(name: str, seconds: Sequence[float]) -> float:
    ordered = sorted(seconds)
    p50, p99 = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.99)]
    print(
        f"  {name:<52} p50 {p50 * 1e3:7.2f} ms  p99 {p99 * 1e3:7.2f} ms  most {ordered[-1] * 1e3:7.2f} ms", flush=True
    )
    return p99


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=300)
    count = parser.parse_args().events
    print(
        f"Stream; {os.cpu_count()} cores, Python {platform.python_version()}; {count} involvements one after the other"
    )
    with (
        tempfile.TemporaryDirectory() as folder,
        private_postgres(settings={"track_commit_timestamp": "on"}) as postgres,
    ):
        databases = {f"KITH_{part}_DATABASE_URL": postgres.new_database(part.lower()) for part in PARTS}
        environment = {"KITH_LOG_LEVEL": "WARNING", **databases}
        with Server(Path(folder) / "kith", environment, forked=False) as server:
            server.start()
            trips, adds = measure(server, databases["KITH_NOTIFICATIONS_DATABASE_URL"], count)
            show("the event's own trip, from the request to the commit", trips)
            added = show("what the stream adds to it", adds)
            print(f"  p99 of what it adds against the bar of {BAR * 1e3:.0f} ms: {added / BAR:.2f}")
            server.stop()


if __name__ == "__main__":
    main()
