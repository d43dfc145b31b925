"""A real Kith: `kith up` as a process of its own, on a free port of the loopback, with its log in a file."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Self

import httpx

from stack.programs import free_ports
from tests.support.forks import Forked, fork
from tests.support.patience import SETTLE_SECONDS
from tests.support.processes import PLAIN
from tests.support.proof import PROOF_FILE

START_SECONDS = 60.0
KITH = str(Path(sys.executable).with_name("kith"))


@dataclass
class Server:
    """One data folder and the process that serves it; may be killed and started again."""

    data_dir: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    port: int = field(default_factory=lambda: free_ports(1)[0])
    metrics_port: int = 0
    """0: it is started without metrics."""
    process: subprocess.Popen[bytes] | Forked | None = None
    clients: list[httpx.Client] = field(default_factory=list)
    forked: bool = field(default_factory=lambda: PROOF_FILE not in os.environ)
    """Whether its processes, and those of the command line, are forked from one that has imported all parts."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for client in self.clients:
            client.close()
        self.kill()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def metrics(self) -> str:
        """What Prometheus would be told now."""
        answer = httpx.get(f"http://127.0.0.1:{self.metrics_port}/metrics", timeout=10, verify=PLAIN)
        assert answer.status_code == 200, answer.text
        return answer.text

    @property
    def log(self) -> Path:
        return self.data_dir / "server.log"

    def written(self) -> str:
        """All that its processes wrote to their logs."""
        return self.log.read_text()

    def env(self) -> dict[str, str]:
        own = {
            "KITH_PORT": str(self.port),
            "KITH_DATA_DIR": str(self.data_dir),
            "KITH_RATE_LIMIT": "0",
            "KITH_SETTLE_SECONDS": SETTLE_SECONDS,
            "KITH_METRICS_PORT": str(self.metrics_port),
        }
        return {**os.environ, **own, **self.environment}

    def start(self) -> float:
        """Starts and waits until it is ready; returns the seconds that took."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        began = time.monotonic()
        with self.log.open("ab") as log:
            self.process = self._started(["up"], self.env(), log, log)
        while True:
            if self.process.poll() is not None:
                raise AssertionError(f"kith up ended with {self.process.returncode}:\n{self.log.read_text()[-4000:]}")
            try:
                if httpx.get(f"{self.url}/health/ready", timeout=5, verify=PLAIN).status_code == 200:
                    return time.monotonic() - began
            except httpx.TransportError:
                pass
            if time.monotonic() - began > START_SECONDS:
                self.kill()
                raise AssertionError(f"not ready after {START_SECONDS} s:\n{self.log.read_text()[-4000:]}")
            time.sleep(0.1)

    def kill(self) -> None:
        """SIGKILL: no goodbye."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def stop(self) -> int:
        """SIGTERM, and waits for a clean end; returns the exit code."""
        assert self.process is not None
        for client in self.clients:
            client.close()
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"did not stop:\n{self.log.read_text()[-4000:]}") from None
        self.process = None
        return code

    def kith(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs the command line against this server's data folder."""
        with tempfile.TemporaryFile("w+b") as output, tempfile.TemporaryFile("w+b") as errors:
            done = self._started(arguments, {**self.env(), "COLUMNS": "200"}, output, errors)
            code = done.wait(600)
            for file in (output, errors):
                file.seek(0)
            return subprocess.CompletedProcess(
                ["kith", *arguments], code, output.read().decode(), errors.read().decode()
            )

    def _started(
        self, arguments: Sequence[str], environment: Mapping[str, str], output: IO[bytes], errors: IO[bytes]
    ) -> subprocess.Popen[bytes] | Forked:
        if self.forked:
            return fork(arguments, environment, output.fileno(), errors.fileno())
        return subprocess.Popen([KITH, *arguments], env=environment, stdout=output, stderr=errors)

    def person(self, who: str) -> "Person":
        return Person(self, who)


class Person:
    """Somebody signed in: their requests through the gateway, with a purpose."""

    def __init__(self, server: Server, who: str) -> None:
        answer = httpx.post(f"{server.url}/dev/token", json={"sub": who}, timeout=30, verify=PLAIN)
        assert answer.status_code == 200, answer.text
        self.who = who
        self.http = httpx.Client(
            base_url=server.url,
            headers={"Authorization": f"Bearer {answer.json()['access_token']}", "Kith-Purpose": "direct-support"},
            timeout=60,
            verify=PLAIN,
        )
        server.clients.append(self.http)

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.request(method, path, json=body, headers=named)

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self("GET", path, **headers)

    def ok(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """The JSON of an answer that must be a success."""
        answer = self(method, path, body, **headers)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None
