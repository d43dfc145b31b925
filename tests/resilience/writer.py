"""Somebody who keeps writing through kills: each request is sent again with the same key until it is acknowledged."""

import random
import threading
import time
from dataclasses import dataclass, field
from typing import Any

import httpx

from chassis.ids import new_id
from tests.journeys.scene import GP, HEALTH_VISITOR, SOCIAL_WORKER
from tests.support.server import Person, Server

CATCHING_UP_SECONDS = 20.0


@dataclass
class Acknowledged:
    """What the server said yes to, and must keep."""

    children: list[str] = field(default_factory=list)
    episodes: dict[str, str] = field(default_factory=dict)
    """episode_id -> child_id, opened after the lead professional was there: each owes one notification."""
    blocks: dict[str, str] = field(default_factory=dict)
    consents: dict[str, str] = field(default_factory=dict)
    looks: list[str] = field(default_factory=list)
    """Request ids of reads that were answered with data."""
    heads: list[dict[str, Any]] = field(default_factory=list)
    retries: int = 0


class Writer(threading.Thread):
    """Writes the journey's writes, child after child, until told to stop."""

    def __init__(
        self, server: Server, seed: int, people: dict[str, Person], catching_up_seconds: float = CATCHING_UP_SECONDS
    ) -> None:
        super().__init__(daemon=True)
        self.done = Acknowledged()
        self.failure: BaseException | None = None
        self._server = server
        self._random = random.Random(seed)
        self._people = people
        self._catching_up_seconds = catching_up_seconds
        self._stopping = threading.Event()

    def stop(self) -> None:
        self._stopping.set()
        self.join(120)
        if self.failure is not None:
            raise self.failure

    def run(self) -> None:
        try:
            number = 0
            while not self._stopping.is_set():
                self._one_child(number)
                number += 1
        except BaseException as error:  # handed to the test by stop()
            self.failure = error

    def _send(self, who: str, method: str, path: str, body: Any = None) -> httpx.Response:
        """Sends until an answer comes; 503 and a broken connection are no answer."""
        key = new_id()
        for _ in range(600):
            try:
                answer = self._people[who](method, path, body, Idempotency_Key=key)
                if answer.status_code != 503:
                    return answer
            except httpx.TransportError:
                pass
            self.done.retries += 1
            time.sleep(0.1)
        raise AssertionError(f"{method} {path}: no answer in a minute")

    def _ok(self, who: str, method: str, path: str, body: Any = None) -> Any:
        # A change's answer waits two seconds for its effect elsewhere. While an import's thousands of events are being
        # caught up with after a kill, that can take longer, and what was just made is not known everywhere yet.
        patience = time.monotonic() + self._catching_up_seconds
        while (answer := self._send(who, method, path, body)).status_code == 404 and time.monotonic() < patience:
            time.sleep(0.2)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def _one_child(self, number: int) -> None:
        letters = "".join(self._random.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(10)).title()
        person = {
            "given_name": f"Zz{letters}",
            "family_name": f"Qq{letters[::-1].title()}",
            "date_of_birth": f"20{10 + number % 10:02}-{1 + number % 12:02}-{1 + number % 28:02}",
        }
        made = self._ok(GP, "POST", "/v1/children", person)
        if "child_id" not in made:  # by chance like one that is there: a human will look
            return
        child_id = made["child_id"]
        self.done.children.append(child_id)
        path = f"/v1/children/{child_id}"
        today = {"started_on": time.strftime("%Y-%m-%d", time.gmtime())}
        self._ok(SOCIAL_WORKER, "POST", f"{path}/episodes", {"service_id": "support", **today})
        self._ok(SOCIAL_WORKER, "PUT", f"{path}/lead-professional", {"practitioner_id": SOCIAL_WORKER})
        for who, service in ((HEALTH_VISITOR, "visits"), (GP, "oak-list")):
            opened = self._ok(who, "POST", f"{path}/episodes", {"service_id": service, **today})
            self.done.episodes[opened["episode_id"]] = child_id
        read = self._send(GP, "GET", path)
        if read.status_code == 200:
            self.done.looks.append(read.headers["x-request-id"])
        consent = {
            "given_by": "parent",
            "basis": "parental_responsibility",
            "categories": ["health"],
            "recipients": [{"type": "all"}],
        }
        self.done.consents[self._ok(SOCIAL_WORKER, "POST", f"{path}/consents", consent)["consent_id"]] = child_id
        block = {"viewer": {"type": "practitioner", "id": HEALTH_VISITOR}, "categories": ["all"]}
        self.done.blocks[self._ok(SOCIAL_WORKER, "POST", f"{path}/blocks", block)["block_id"]] = child_id
        # From here on every answer to the blocked is the 404, also after a kill.
        after = self._send(HEALTH_VISITOR, "GET", path)
        assert after.status_code == 404, "a blocked viewer was answered"
        head = self._send("ig-officer", "GET", "/v1/access-log/tree-head")
        if head.status_code == 200:
            self.done.heads.append(head.json())
