"""Kith as processes of its own: what is killed comes back, and nobody notices that a part is started anew."""

import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import httpx
import pytest

from stack.manager import Manager
from stack.programs import LOOPBACK
from tests.journeys.conftest import Chosen, People, eventually
from tests.journeys.scene import TEACHER
from tests.support.server import Person, Server
from tests.support.stack import Stack

APIS = ("consent", "child-index", "assessment", "notifications", "gateway")
WORKERS = ("consent-worker", "child-index-worker", "assessment-worker", "notifications-worker")


@pytest.fixture(scope="package")
def stack(server: Server) -> Stack:
    if not isinstance(server, Stack):
        pytest.fail("these tests are of the form of many processes")
    return server


@pytest.fixture
def manager(stack: Stack) -> Iterator[Manager]:
    found = Manager(stack.data_dir.resolve())
    yield found
    found.close()


@contextmanager
def asking(person: Person, path: str) -> Iterator[list[int]]:
    """Somebody who reads, and somebody who writes, one request after the other; yields the statuses."""
    statuses: list[int] = []
    stopping = threading.Event()

    def read(http: httpx.Client) -> None:
        while not stopping.is_set():
            try:
                statuses.append(http.get(path).status_code)
            except httpx.HTTPError as error:
                statuses.append(0)
                raise AssertionError(f"a request got no answer: {error!r}") from error

    clients = [httpx.Client(base_url=person.http.base_url, headers=person.http.headers, timeout=60) for _ in range(2)]
    threads = [threading.Thread(target=read, args=[client]) for client in clients]
    for thread in threads:
        thread.start()
    try:
        yield statuses
    finally:
        stopping.set()
        for thread in threads:
            thread.join(60)
        for client in clients:
            client.close()


def test_every_part_is_told_with_its_state(stack: Stack) -> None:
    told = stack.asked("status")
    assert told.returncode == 0, told.stderr
    states = {line.split()[0]: line.split()[1:] for line in told.stdout.splitlines()}
    assert set(states) == {*APIS, *WORKERS, "postgres", "kafka"}
    assert all(state == "active" and pids for state, *pids in states.values())
    assert len(states["gateway"]) == 1 + 2  # by default two processes share its port


def test_a_part_that_is_not_there_is_named(stack: Stack) -> None:
    refused = stack.asked("restart", "portal-of-nowhere")
    assert refused.returncode == 1
    assert "there is no part portal-of-nowhere" in refused.stderr


def test_a_port_that_is_taken_is_named_before_anything_starts(stack: Stack) -> None:
    with socket.create_server((LOOPBACK, 0)) as taken:
        port = taken.getsockname()[1]
        other = Stack(stack.data_dir / "other", {"KITH_STACK_PORT": str(port)})
        other.data_dir.mkdir(mode=0o711)
        refused = other.asked("up")
    assert refused.returncode == 1
    assert f"{port} (gateway)" in refused.stderr


def test_no_request_fails_while_parts_that_answer_are_started_anew(
    manager: Manager, people: People, chosen: Chosen
) -> None:
    with asking(people.teacher, f"/v1/children/{chosen.child_id}") as statuses:
        for part in ("consent", "child-index", "gateway"):
            before, asked = manager.processes(part), len(statuses)
            manager.restart(part)
            assert not set(before) & set(manager.processes(part))
            eventually(lambda asked=asked: len(statuses) > asked + 4, seconds=30)  # type: ignore[misc]
    assert set(statuses) == {200}, f"{len(statuses)} asked"


def test_a_killed_worker_comes_back_and_does_what_waited(stack: Stack, manager: Manager, people: People) -> None:
    workers = {part: manager.processes(part) for part in WORKERS}
    for pids in workers.values():
        os.kill(pids[0], signal.SIGKILL)
    person = {"given_name": "Wilhelmina", "family_name": "Underhay", "date_of_birth": "2013-07-08"}
    child_id = people.social_worker.ok("POST", "/v1/children", person)["child_id"]
    eventually(lambda: all(set(manager.processes(part)) - set(pids) for part, pids in workers.items()), seconds=30)
    # The consent service learns of child and episode by events, and then lets the social worker in.
    eventually(lambda: known_to_consent(people.social_worker, child_id), seconds=30)
    eventually(lambda: people.social_worker.get(f"/v1/children/{child_id}").status_code == 200, seconds=30)


def test_postgresql_is_killed_and_everything_goes_on(
    stack: Stack, manager: Manager, people: People, chosen: Chosen
) -> None:
    (process,) = manager.processes("postgres")
    os.kill(process, signal.SIGKILL)
    path, statuses = f"/v1/children/{chosen.child_id}", set()

    def answered() -> bool:
        statuses.add(people.teacher.get(path).status_code)
        return 200 in statuses

    eventually(answered, seconds=60)
    assert statuses <= {200, 503}
    person = {"given_name": "Peregrine", "family_name": "Vandermeer", "date_of_birth": "2014-09-10"}
    child_id = people.social_worker.ok("POST", "/v1/children", person)["child_id"]
    eventually(lambda: known_to_consent(people.social_worker, child_id), seconds=60)
    assert "worker.task_failed" not in stack.written(), "a part of a worker ended"


def known_to_consent(who: Person, child_id: str) -> bool:
    """Whether the consent service has heard of the child: then an episode may be opened."""
    body = {"service_id": "support", "started_on": date.today().isoformat()}
    return who("POST", f"/v1/children/{child_id}/episodes", body).status_code == 201


def test_two_gateways_share_the_port(stack: Stack, manager: Manager) -> None:
    first, second = manager.processes("gateway")
    os.kill(first, signal.SIGSTOP)
    try:
        began = time.monotonic()
        answered = 0
        while answered < 5 and time.monotonic() - began < 20:
            try:
                httpx.get(f"{stack.url}/health/live", timeout=0.5)
                answered += 1
            except httpx.TimeoutException:
                pass  # the one that stands still had taken the connection
    finally:
        os.kill(first, signal.SIGCONT)
    assert answered == 5, f"the other process ({second}) did not answer"


def test_the_development_issuer_knows_the_teacher(stack: Stack) -> None:
    token = stack.kith("token", "--as", TEACHER)
    assert token.returncode == 0, token.stderr
    headers = {"Authorization": f"Bearer {token.stdout.strip()}", "Kith-Purpose": "direct-support"}
    assert httpx.get(f"{stack.url}/v1/whoami", headers=headers).json()["role"] == "teacher"
