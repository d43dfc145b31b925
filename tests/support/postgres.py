"""A private PostgreSQL for the tests, by Debian's programs: its own cluster, port and folder."""

import getpass
import os
import pwd
import re
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.support.processes import LOOPBACK, Server, free_ports, port_answers, program, tied_to_us

INSTALL: Final = "apt-get install postgresql"
SUPERUSER: Final = "kith_tests"


def _debian_folders() -> list[Path]:
    """Debian keeps the server's programs off PATH, one folder for each major version; newest first."""
    folders = Path("/usr/lib/postgresql").glob("*/bin")
    return sorted(folders, key=lambda folder: float(folder.parent.name), reverse=True)


def _program(name: str) -> str:
    return program(name, also_in=_debian_folders(), install=INSTALL)


def _account() -> str | None:
    """PostgreSQL refuses to run as root, so root lends it an account that may do nothing else."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


class Postgres:
    """A running cluster. Settings are PostgreSQL's own, but for the addresses it listens on, and `durable`.

    Not durable, it does not wait for the disk: a killed process loses nothing by that, a machine without power would.
    What measures or proves asks for a durable one.
    """

    def __init__(self, folder: Path, *, durable: bool) -> None:
        self._folder = folder
        self._durable = durable
        self._account = _account()
        self._password = secrets.token_hex(16)
        (self.port,) = free_ports(1)
        data = folder / "data"
        settings = {
            "listen_addresses": LOOPBACK,
            "port": str(self.port),
            "unix_socket_directories": "",
            "max_connections": "200",
            "fsync": "on" if durable else "off",
        }
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        self._data = data
        self._server = Server(
            "PostgreSQL",
            tied_to_us([_program("postgres"), "-D", str(data), *options], account=self._account),
            log=folder / "log",
            environment={},
        )

    def start(self) -> None:
        self._initialise()
        self._server.start(lambda: port_answers(self.port) and self._accepts(), seconds=60)

    def stop(self) -> None:
        # SIGINT is PostgreSQL's fast shutdown: it does not wait for clients to leave.
        self._server.stop(signal.SIGINT)

    def new_database(self, name_prefix: str, *, like: str | None = None) -> str:
        """Makes an empty database, or a copy of that of the URL `like`; its SQLAlchemy URL, `postgresql+asyncpg://…`."""
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,30}", name_prefix):
            raise ValueError(f"{name_prefix!r} can't begin the name of a database")
        name = f"{name_prefix}_{secrets.token_hex(6)}"
        self._client("createdb", name, *(["--template", _name_in(like)] if like else []))
        return f"postgresql+asyncpg://{SUPERUSER}:{self._password}@{LOOPBACK}:{self.port}/{name}"

    def drop_database(self, url: str) -> None:
        """Drops a database that `new_database` made, whoever is still connected to it."""
        self._client("dropdb", "--force", _name_in(url))

    def _initialise(self) -> None:
        password_file = self._folder / "password"
        password_file.write_text(self._password)
        if self._account:
            shutil.chown(self._folder, self._account)
            shutil.chown(password_file, self._account)
        initdb = [_program("initdb"), "-D", str(self._data), "-U", SUPERUSER, "--encoding=UTF8"]
        initdb += ["--locale=C.UTF-8", "--auth=scram-sha-256", f"--pwfile={password_file}"]
        initdb += [] if self._durable else ["--no-sync"]
        done = subprocess.run(tied_to_us(initdb, account=self._account), capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"initdb failed: {done.stderr.strip()}")

    def _accepts(self) -> bool:
        ready = [_program("pg_isready"), "-q", "-h", LOOPBACK, "-p", str(self.port)]
        return subprocess.run(ready, check=False).returncode == 0

    def _client(self, name: str, *arguments: str) -> None:
        command = [_program(name), "-h", LOOPBACK, "-p", str(self.port), "-U", SUPERUSER, *arguments]
        environment = {**os.environ, "PGPASSWORD": self._password}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{name} failed: {done.stderr.strip()}")


def _name_in(url: str) -> str:
    return url.rsplit("/", 1)[1]


@contextmanager
def private_postgres(*, durable: bool = True) -> Iterator[Postgres]:
    """A cluster for as long as the block lasts, gone with its folder afterwards.

    Raises:
        MissingProgram: PostgreSQL isn't installed; the text says what to install.
    """
    _program("postgres")  # before anything is made
    # pytest's own temporary folders are closed to every account but its own.
    with tempfile.TemporaryDirectory(prefix=f"kith-postgres-{getpass.getuser()}-") as folder:
        postgres = Postgres(Path(folder), durable=durable)
        try:
            postgres.start()
            yield postgres
        finally:
            postgres.stop()
