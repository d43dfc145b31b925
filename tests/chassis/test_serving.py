"""A part in a process of its own: how it stops, and how another takes its place."""

import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from stack.programs import LOOPBACK


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A socket that a process manager would hold: it listens, whoever accepts."""
    with socket.create_server((LOOPBACK, 0)) as listening:
        yield listening


@contextmanager
def served(listener: socket.socket) -> Iterator[subprocess.Popen[bytes]]:
    environment = {**os.environ, "KITH_LISTEN_FD": str(listener.fileno())}
    command = [sys.executable, "-m", "tests.chassis.served"]
    process = subprocess.Popen(command, env=environment, pass_fds=[listener.fileno()], stderr=subprocess.PIPE)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def connected(listener: socket.socket) -> http.client.HTTPConnection:
    host, port = listener.getsockname()
    return http.client.HTTPConnection(host, port, timeout=20)


def asked(connection: http.client.HTTPConnection) -> tuple[str, str | None]:
    """Who answered, and what it said of the connection."""
    connection.request("POST", "/", b"question")
    answer = connection.getresponse()
    assert answer.status == 200
    return answer.read().decode(), answer.getheader("connection")


def test_what_is_asked_after_the_stop_on_an_open_connection_is_answered(listener: socket.socket) -> None:
    with served(listener) as process:
        connection = connected(listener)
        assert asked(connection) == (str(process.pid), None)
        process.terminate()
        time.sleep(0.3)
        assert asked(connection) == (str(process.pid), "close")
        process.wait(timeout=10)


def test_who_asks_while_a_part_starts_anew_waits_and_is_answered(listener: socket.socket) -> None:
    with served(listener) as first:
        assert asked(connected(listener))[0] == str(first.pid)
        first.terminate()
        first.wait(timeout=10)
    answers: list[str] = []
    asking = threading.Thread(target=lambda: answers.append(asked(connected(listener))[0]))
    asking.start()
    with served(listener) as second:
        asking.join(20)
        assert answers == [str(second.pid)]


def test_two_processes_share_one_socket(listener: socket.socket) -> None:
    with served(listener) as one, served(listener) as other:
        deadline = time.monotonic() + 20
        seen: set[str] = set()
        while len(seen) < 2 and time.monotonic() < deadline:
            seen.add(asked(connected(listener))[0])
        assert seen == {str(one.pid), str(other.pid)}


def test_a_fault_is_logged_by_its_kind_and_not_by_its_text(listener: socket.socket) -> None:
    with served(listener) as process:
        connection = connected(listener)
        connection.request("GET", "/fails")
        assert connection.getresponse().status == 500
        process.terminate()
        _, written = process.communicate(timeout=10)
    assert b"ValueError" in written
    assert b"Zofia" not in written
