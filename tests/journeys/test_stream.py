"""The inbox as it happens, through the gateway: what is committed is pushed, what is hidden never, nothing twice."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import httpx

from tests.journeys.conftest import People
from tests.journeys.scene import GP, SOCIAL_WORKER
from tests.support.patience import PATIENCE
from tests.support.processes import PLAIN
from tests.support.server import Person, Server

TODAY = date.today().isoformat()


class Stream:
    """What came to somebody, in its order, read beside the test."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self.entries: list[dict[str, Any]] = []
        self.ended = threading.Event()
        self._came = threading.Condition()
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._thread.start()

    def _follow(self) -> None:
        try:
            for line in self.answer.iter_lines():
                if line.startswith("data: "):
                    with self._came:
                        self.entries.append(json.loads(line.removeprefix("data: ")))
                        self._came.notify_all()
        except httpx.HTTPError:
            pass
        finally:
            self.ended.set()

    def until(self, count: int) -> list[dict[str, Any]]:
        with self._came:
            assert self._came.wait_for(lambda: len(self.entries) >= count, PATIENCE)
        assert len(self.entries) == count
        return self.entries


@contextmanager
def streaming(server: Server, who: Person, last: str | None = None, token: str | None = None) -> Iterator[Stream]:
    sent = {"Authorization": who.http.headers["Authorization"] if token is None else f"Bearer {token}"}
    if last is not None:
        sent["Last-Event-ID"] = last
    with (
        httpx.Client(base_url=server.url, timeout=60, verify=PLAIN) as client,
        client.stream("GET", "/v1/notifications/stream", headers=sent) as answer,
    ):
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        yield Stream(answer)


def new_child(people: People, given: str, born: str) -> str:
    person = {"given_name": given, "family_name": "Streamwater", "date_of_birth": born}
    child_id = str(people.social_worker.ok("POST", "/v1/children", person)["child_id"])
    child = f"/v1/children/{child_id}"
    people.social_worker.ok("POST", f"{child}/episodes", {"service_id": "support", "started_on": TODAY})
    people.social_worker.ok("PUT", f"{child}/lead-professional", {"practitioner_id": SOCIAL_WORKER})
    return child_id


def involved(person: Person, child_id: str, service: str) -> str:
    body = {"service_id": service, "started_on": TODAY}
    return str(person.ok("POST", f"/v1/children/{child_id}/episodes", body)["episode_id"])


def test_what_happens_is_pushed_once_and_what_is_hidden_never(server: Server, people: People) -> None:
    seen, hidden = new_child(people, "Seren", "2013-11-05"), new_child(people, "Hollis", "2010-02-17")
    worker = people.social_worker
    viewer = {"type": "practitioner", "id": SOCIAL_WORKER}
    with streaming(server, worker) as stream:
        first = involved(people.gp, seen, "oak-list")
        (pushed,) = stream.until(1)
        assert (pushed["type"], pushed["episode_id"], pushed["child_id"]) == ("new-involvement", first, seen)
        (listed,) = worker.ok("GET", "/v1/notifications?limit=1")["items"]
        assert pushed == listed
        blocked = people.social_worker(
            "POST", f"/v1/children/{hidden}/blocks", {"viewer": viewer, "categories": ["all"]}
        )
        assert blocked.status_code == 201, blocked.text
        involved(people.gp, hidden, "oak-list")
        involved(people.health_visitor, hidden, "visits")
        second = involved(people.health_visitor, seen, "visits")
        assert [each["episode_id"] for each in stream.until(2)] == [first, second]
    with streaming(server, worker, pushed["notification_id"]) as again:
        assert [each["episode_id"] for each in again.until(1)] == [second]


def test_it_ends_with_the_token(server: Server, people: People) -> None:
    del people
    asked = {"sub": GP, "ttl_seconds": 2}
    token = httpx.post(f"{server.url}/dev/token", json=asked, timeout=30, verify=PLAIN).json()["access_token"]
    began = time.monotonic()
    with streaming(server, server.person(GP), token=token) as stream:
        assert stream.ended.wait(PATIENCE)
    assert time.monotonic() - began < PATIENCE
