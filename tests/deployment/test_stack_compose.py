"""Where a Docker engine answers, the stack takes PostgreSQL and Kafka from Docker Compose.

No engine runs where the tests do: a program of the same name writes down what it is asked.
"""

from pathlib import Path

import pytest

from stack import compose
from stack.programs import ProgramFailed

PASSWORDS = {"administrator": "secret"}


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the program was asked, a line each; it fails once `<folder>/fails` is there, and never answers `docker info`
    where `<folder>/away` is."""
    program = tmp_path / "docker"
    program.write_text(
        "#!/bin/sh\n"
        f'[ "$1" = info ] && {{ [ ! -e {tmp_path}/away ]; exit; }}\n'
        f'echo "$@ $POSTGRES_PASSWORD" >>{tmp_path}/asked\n'
        f"[ ! -e {tmp_path}/fails ] || {{ echo no space left >&2; exit 1; }}\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    return tmp_path / "asked"


def test_it_starts_and_stops_what_it_needs(asked: Path) -> None:
    said: list[str] = []
    postgres, kafka = (compose.start(service, PASSWORDS, said.append) for service in ("postgres", "kafka"))
    assert postgres == "postgresql://kith_administrator:secret@127.0.0.1:5432/postgres"
    assert kafka == "127.0.0.1:9094"
    compose.stop(["postgres", "kafka"], PASSWORDS)
    files = " ".join(f"-f {file}" for file in compose.FILES)
    assert asked.read_text().splitlines() == [
        f"compose {files} up -d --wait postgres secret",
        f"compose {files} up -d --wait kafka secret",
        f"compose {files} stop postgres kafka secret",
    ]
    assert len(said) == 2


def test_no_engine_means_programs_of_this_machine(asked: Path) -> None:
    (asked.parent / "away").touch()
    assert compose.start("postgres", PASSWORDS, print) == ""
    assert not asked.exists()


def test_an_engine_that_cannot_start_it_is_a_failure_and_no_reason_to_do_without(asked: Path) -> None:
    (asked.parent / "fails").touch()
    with pytest.raises(ProgramFailed, match="no space left"):
        compose.start("postgres", PASSWORDS, print)
