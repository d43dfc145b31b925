"""PostgreSQL and Kafka from Docker Compose, where a Docker engine answers."""

import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence

from stack.kafka import ROOT
from stack.programs import LOOPBACK, run

ADMINISTRATOR = "kith_administrator"
FILES = (ROOT / "docker-compose.yml", ROOT / "deploy" / "stack" / "docker-compose.ports.yml")
ADDRESSES = {
    "postgres": "postgresql://{administrator}:{password}@{host}:5432/postgres",
    "kafka": "{host}:9094",
}
"""Where `docker-compose.ports.yml` lets this machine reach them."""


def engine_answers() -> bool:
    if shutil.which("docker") is None:
        return False
    asked = subprocess.run(["docker", "info"], capture_output=True, check=False)
    return asked.returncode == 0


def start(service: str, passwords: Mapping[str, str], say: Callable[[str], None]) -> str:
    """Starts the service of docker-compose.yml and gives its address; empty where no Docker engine answers.

    Raises `ProgramFailed` where the engine answers and the service does not start.
    """
    if not engine_answers():
        return ""
    say(f"starting {service} by Docker Compose")
    _compose(passwords, "up", "-d", "--wait", service)
    return ADDRESSES[service].format(administrator=ADMINISTRATOR, password=passwords["administrator"], host=LOOPBACK)


def stop(services: Sequence[str], passwords: Mapping[str, str]) -> None:
    """Stops services that `start` started; what they keep stays."""
    _compose(passwords, "stop", *services)


def _compose(passwords: Mapping[str, str], *arguments: str) -> None:
    files = [word for file in FILES for word in ("-f", str(file))]
    environment = {"POSTGRES_PASSWORD": passwords["administrator"]}
    run(f"docker compose {' '.join(arguments)}", ["docker", "compose", *files, *arguments], environment)
