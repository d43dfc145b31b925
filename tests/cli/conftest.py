"""The `kith` command: typed as a person types it, against a real Kith in a process of its own, or a made-up one."""

import asyncio
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.types import ASGIApp
from typer.testing import CliRunner, Result

from kith.main import app
from stack.programs import LOOPBACK, free_ports
from tests.support.processes import PLAIN, Server

KITH = [str(Path(sys.executable).with_name("kith"))]


def typed(*words: str, **environment: str) -> Result:
    """What `kith <words>` prints and how it ends, in this process."""
    return CliRunner().invoke(app, list(words), env=environment)


@dataclass
class Running:
    """A Kith in a process of its own. `output` is all that it has printed."""

    url: str
    data_dir: Path
    server: Server
    log: Path

    @property
    def output(self) -> str:
        return self.log.read_text()

    def answers(self) -> bool:
        with suppress(httpx.TransportError):
            return httpx.get(f"{self.url}/health/ready", trust_env=False, verify=PLAIN).status_code == 200
        return False


@contextmanager
def running(folder: Path) -> Iterator[Running]:
    (port,) = free_ports(1)
    log, data_dir = folder / "output", folder / "data"
    environment = {"KITH_PORT": str(port), "KITH_DATA_DIR": str(data_dir)}
    server = Server("kith up", [*KITH, "up"], log=log, environment=environment)
    kith = Running(f"http://{LOOPBACK}:{port}", data_dir, server, log)
    server.start(kith.answers, seconds=60)
    try:
        yield kith
    finally:
        server.stop()


@pytest.fixture(scope="session")
def kith(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One for all tests, with a school, its roll's service, an index officer and an information-governance officer."""
    with running(tmp_path_factory.mktemp("kith")) as found:
        token = typed("token", "--as", "admin", KITH_DATA_DIR=str(found.data_dir)).stdout.strip()
        directory: dict[str, dict[str, Any]] = {
            "agencies/school": {"name": "School", "sector": "education"},
            "teams/staff": {"name": "Staff", "agency_id": "school"},
            "services/roll": {"name": "Roll", "agency_id": "school", "team_id": "staff", "type": "school"},
            "practitioners/index": _practitioner("index_officer"),
            "practitioners/ig": {**_practitioner("ig_officer"), "scope": "partnership"},
        }
        headers = {"Authorization": f"Bearer {token}"}
        with httpx.Client(base_url=found.url, headers=headers, trust_env=False, verify=PLAIN) as http:
            for path, body in directory.items():
                assert http.put(f"/v1/{path}", json=body).is_success, path
        yield found


def _practitioner(role: str) -> dict[str, Any]:
    return {"name": role, "agency_id": "school", "team_ids": ["staff"], "role": role}


@contextmanager
def made_up(app: ASGIApp) -> Iterator[str]:
    """An application served from a thread, for what a real Kith does not do on demand; yields its address."""
    (port,) = free_ports(1)
    server = uvicorn.Server(uvicorn.Config(app, host=LOOPBACK, port=port, log_config=None, lifespan="off"))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()), daemon=True)
    thread.start()
    while not server.started:
        threading.Event().wait(0.01)
    try:
        yield f"http://{LOOPBACK}:{port}"
    finally:
        server.should_exit = True
        thread.join()
