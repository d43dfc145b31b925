"""A private PostgreSQL for the tests, by Debian's programs: its own cluster, port and folder."""

import getpass
import os
import re
import secrets
import signal
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from stack.postgres import accepts, make_cluster, postgres_program, server_command
from stack.programs import LOOPBACK, free_ports, port_answers, run
from tests.support.processes import Server

SUPERUSER: Final = "kith_tests"


class Postgres:
    """A running cluster. Settings are PostgreSQL's own, but for the addresses it listens on, and `durable`.

    Not durable, it does not wait for the disk: a killed process loses nothing by that, a machine without power would.
    What measures or proves asks for a durable one.
    """

    def __init__(
        self, folder: Path, *, durable: bool, settings: Mapping[str, str] | None = None, password: str | None = None
    ) -> None:
        """`password`: that of a cluster which is there already, in `folder/data`."""
        self._folder = folder
        self._durable = durable
        self._is_there = password is not None
        self._password = password or secrets.token_hex(16)
        (self.port,) = free_ports(1)
        given = {"max_connections": "200", "fsync": "on" if durable else "off", **(settings or {})}
        command = server_command(folder, self.port, given)
        self._server = Server("PostgreSQL", command, log=folder / "log", environment={})

    @property
    def log(self) -> str:
        """What the server has logged until now."""
        return (self._folder / "log").read_text(errors="replace")

    def start(self) -> None:
        if not self._is_there:
            make_cluster(self._folder, SUPERUSER, self._password, durable=self._durable)
        self._server.start(lambda: port_answers(self.port) and accepts(self.port), seconds=60)

    def stop(self) -> None:
        # SIGINT is PostgreSQL's fast shutdown: it does not wait for clients to leave.
        self._server.stop(signal.SIGINT)

    def send(self, which: signal.Signals) -> None:
        """A signal, to its first process."""
        self._server.send(which)

    def crash(self) -> None:
        """Stops it as a machine that loses power does: nothing is written any more."""
        self._server.stop(signal.SIGQUIT)

    def new_database(self, name_prefix: str, *, like: str | None = None) -> str:
        """Makes an empty database, or a copy of that of the URL `like`; its SQLAlchemy URL, `postgresql+asyncpg://…`."""
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,30}", name_prefix):
            raise ValueError(f"{name_prefix!r} can't begin the name of a database")
        name = f"{name_prefix}_{secrets.token_hex(6)}"
        self._client("createdb", name, *(["--template", _name_in(like)] if like else []))
        return self.url_of(name)

    def url_of(self, database: str, role: str = SUPERUSER, password: str | None = None) -> str:
        return f"postgresql+asyncpg://{role}:{password or self._password}@{LOOPBACK}:{self.port}/{database}"

    def client_environment(self) -> dict[str, str]:
        """What PostgreSQL's own programs need, to come in as the administrator."""
        address = {"PGHOST": LOOPBACK, "PGPORT": str(self.port), "PGUSER": SUPERUSER, "PGPASSWORD": self._password}
        return {**os.environ, **address}

    def drop_database(self, url: str) -> None:
        """Drops a database that `new_database` made, whoever is still connected to it."""
        self._client("dropdb", "--force", _name_in(url))

    def _client(self, name: str, *arguments: str) -> None:
        run(name, [postgres_program(name), *arguments], self.client_environment())


def _name_in(url: str) -> str:
    return url.rsplit("/", 1)[1]


@contextmanager
def private_postgres(*, durable: bool = True, settings: Mapping[str, str] | None = None) -> Iterator[Postgres]:
    """A cluster for as long as the block lasts, gone with its folder afterwards.

    Raises:
        MissingProgram: PostgreSQL isn't installed; the text says what to install.
    """
    postgres_program("postgres")  # before anything is made
    # pytest's own temporary folders are closed to every account but its own.
    with tempfile.TemporaryDirectory(prefix=f"kith-postgres-{getpass.getuser()}-") as folder:
        postgres = Postgres(Path(folder), durable=durable, settings=settings)
        try:
            postgres.start()
            yield postgres
        finally:
            postgres.stop()
