"""A PostgreSQL cluster as `deploy/postgres/prepare` makes it."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.postgres import Postgres

PREPARE = Path(__file__).parents[2] / "deploy" / "postgres" / "prepare"
MAKE_SECRETS = PREPARE.parents[1] / "compose" / "secrets"
SERVICES = ("consent", "child_index", "assessment", "notifications")


@dataclass
class Cluster:
    """Passwords are the role's name and `'s password`, quote included, so that none is passed on unquoted."""

    server: Postgres

    def run_as(self, service: str, database: str | None = None) -> str:
        return self._url(f"kith_{service}", database or service)

    def owned_by(self, service: str, database: str | None = None) -> str:
        return self._url(f"kith_{service}_owner", database or service)

    def _url(self, role: str, database: str) -> str:
        return self.server.url_of(f"kith_{database}", role, f"{role}%27s%20password")

    def prepare(self, *services: str, without: str = "") -> "subprocess.CompletedProcess[str]":
        environment = self.server.client_environment()
        for service in SERVICES:
            for name, role in ((service, f"kith_{service}"), (f"{service}_owner", f"kith_{service}_owner")):
                environment[f"KITH_{name.upper()}_PASSWORD"] = f"{role}'s password"
        environment.pop(without, None)
        return subprocess.run([PREPARE, *services], env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="session")
def cluster(postgres: Postgres) -> Cluster:
    """Prepared twice, as after a change of passwords."""
    found = Cluster(postgres)
    for _ in range(2):
        done = found.prepare()
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return found


@pytest.fixture(scope="session")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of secrets as deploy/compose/secrets makes it. Not to be changed."""
    folder = tmp_path_factory.mktemp("compose") / "made"
    subprocess.run([MAKE_SECRETS, folder], check=True, capture_output=True)
    return folder
