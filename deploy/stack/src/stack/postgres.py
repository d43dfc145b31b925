"""A PostgreSQL cluster in a folder of its own, by Debian's programs."""

import hashlib
import shutil
import stat
from collections.abc import Mapping
from pathlib import Path

from stack.programs import LOOPBACK, program, run, tied_to_us, unprivileged_account

INSTALL = "apt-get install postgresql"
NO_ROWS_IN_LOG = {
    # Without DETAIL and CONTEXT, which quote the row that was refused ("Key (family_name)=(…) already exists").
    "log_error_verbosity": "terse",
    # Without the statement that failed, whose literals an administrator typed.
    "log_min_error_statement": "panic",
    # Without the values of a statement's parameters, where a slow one or one that failed is logged.
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}
"""What keeps the rows' content out of the server's log. deploy/postgres/service.sql says the same for each database."""


def postgres_program(name: str) -> str:
    """Debian keeps the server's programs off PATH, one folder for each major version; the newest is taken."""
    folders = Path("/usr/lib/postgresql").glob("*/bin")
    newest_first = sorted(folders, key=lambda folder: float(folder.parent.name), reverse=True)
    return program(name, also_in=newest_first, install=INSTALL)


def cluster_folder(folder: Path) -> Path:
    """Where a cluster of `folder` lies: within, or, where root runs it by an account that may not come in there, in a
    folder of its own under /var/lib."""
    within = folder / "postgres"
    open_to_all = all(parent.stat().st_mode & stat.S_IXOTH for parent in within.parents)
    if unprivileged_account() is not None and not open_to_all:
        within = Path("/var/lib/kith-stack") / hashlib.sha256(str(folder).encode()).hexdigest()[:16]
    within.mkdir(parents=True, exist_ok=True)
    return within


def make_cluster(folder: Path, superuser: str, password: str, *, durable: bool = True) -> None:
    """An empty cluster in `folder/data`, which nobody but its owner enters, and no connection without the password."""
    account = unprivileged_account()
    password_file = folder / "password"
    password_file.write_text(password)
    password_file.chmod(0o600)
    folder.chmod(0o700)
    if account:
        shutil.chown(folder, account)
        shutil.chown(password_file, account)
    command = [postgres_program("initdb"), "-D", str(folder / "data"), "-U", superuser, "--encoding=UTF8"]
    command += ["--locale=C.UTF-8", "--auth=scram-sha-256", f"--pwfile={password_file}"]
    command += [] if durable else ["--no-sync"]
    run("initdb", tied_to_us(command, account=account))


def server_command(folder: Path, port: int, settings: Mapping[str, str]) -> list[str]:
    """How the cluster's server is started, on the loopback alone. It ends with whoever started it; SIGINT is its fast
    shutdown, which does not wait for clients to leave."""
    given = {
        "listen_addresses": LOOPBACK,
        "port": str(port),
        "unix_socket_directories": "",
        **NO_ROWS_IN_LOG,
        **settings,
    }
    options = [word for name, value in given.items() for word in ("-c", f"{name}={value}")]
    command = [postgres_program("postgres"), "-D", str(folder / "data"), *options]
    return tied_to_us(command, account=unprivileged_account(), how="INT")


def accepts(port: int, host: str = LOOPBACK) -> bool:
    """Whether a server there takes connections."""
    try:
        run("pg_isready", [postgres_program("pg_isready"), "-q", "-h", host, "-p", str(port)])
    except RuntimeError:
        return False
    return True
