"""A real Kith as processes of its own, with its own PostgreSQL and Kafka: `python -m stack up`, on free ports."""

import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from stack.programs import LOOPBACK
from stack.settings import PORTS
from tests.support.patience import SETTLE_SECONDS
from tests.support.server import Server

START_SECONDS = 600.0


def _ports_in_a_row(count: int) -> int:
    """The first of so many ports on which nothing listens."""
    while True:
        first = random.randrange(10_000, 30_000)
        try:
            for port in range(first, first + count):
                with socket.socket() as tried:
                    tried.bind((LOOPBACK, port))
        except OSError:
            continue
        return first


@dataclass
class Stack(Server):
    """`data_dir` is the stack's folder; the parts keep their keys in its `data`."""

    first_port: int = 0

    def env(self) -> dict[str, str]:
        self.first_port = self.first_port or _ports_in_a_row(len(PORTS))
        own = {
            "KITH_STACK_DIR": str(self.data_dir),
            "KITH_STACK_PORT": str(self.port),
            "KITH_STACK_FIRST_PORT": str(self.first_port),
            "KITH_DATA_DIR": str(self.data_dir / "data"),
            "KITH_RATE_LIMIT": "0",
            "KITH_SETTLE_SECONDS": SETTLE_SECONDS,
        }
        return {**os.environ, **own, **self.environment}

    def start(self) -> float:
        self.data_dir.mkdir(parents=True, exist_ok=True)
        began = time.monotonic()
        with self.log.open("ab") as log:
            command = [sys.executable, "-m", "stack", "up"]
            process = subprocess.Popen(command, env=self.env(), stdout=log, stderr=log)
        self.process = process
        while "Kith is running" not in self.log.read_text():
            assert process.poll() is None, f"the stack ended:\n{self.log.read_text()[-4000:]}"
            if time.monotonic() - began > START_SECONDS:
                self.kill()
                raise AssertionError(f"not ready after {START_SECONDS} s:\n{self.log.read_text()[-4000:]}")
            time.sleep(0.1)
        return time.monotonic() - began

    def stop(self) -> int:
        assert self.process is not None
        for client in self.clients:
            client.close()
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(90)
        self.process = None
        return code

    def asked(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """`python -m stack` with these arguments, about this stack."""
        command = [sys.executable, "-m", "stack", *arguments]
        return subprocess.run(command, env=self.env(), capture_output=True, text=True, check=False)

    def written(self) -> str:
        """Beside what the parts wrote, what PostgreSQL, Kafka and the process manager did."""
        return "".join(log.read_text(errors="replace") for log in [self.log, *(self.data_dir / "logs").glob("*.log")])


@contextmanager
def private_stack(environment: Mapping[str, str] | None = None) -> Iterator[Stack]:
    """A stack for as long as the block lasts, gone with its folder afterwards. It must stop cleanly."""
    # pytest's own temporary folders are closed to every account but its own, and PostgreSQL may run as another.
    with tempfile.TemporaryDirectory(prefix="kith-stack-") as folder:
        Path(folder).chmod(0o711)
        with Stack(Path(folder), environment or {}) as running:
            running.start()
            yield running
            assert running.stop() == 0, running.log.read_text()[-4000:]
