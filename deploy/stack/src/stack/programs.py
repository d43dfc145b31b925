"""The programs of other people that the stack and the tests run, and the ports and accounts that they run with."""

import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

LOOPBACK = "127.0.0.1"


class MissingProgram(RuntimeError):
    """What a real server needs isn't on this machine; the text says what to install."""


class ProgramFailed(RuntimeError):
    """A program ended with an error; the text is its own last words."""


def program(name: str, *, also_in: Sequence[Path] = (), install: str) -> str:
    """Path of a program on PATH or in one of the folders of `also_in`; MissingProgram says what to install."""
    for folder in also_in:
        if (folder / name).is_file():
            return str(folder / name)
    found = shutil.which(name)
    if found is None:
        raise MissingProgram(f"the program {name} is missing; install it with: {install}")
    return found


def run(what: str, command: Sequence[str], environment: Mapping[str, str] | None = None) -> str:
    """Runs a program to its end and gives what it wrote. Raises `ProgramFailed`."""
    done = subprocess.run(
        command, env={**os.environ, **(environment or {})}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ProgramFailed(f"{what} failed:\n{done.stdout[-3000:]}{done.stderr[-3000:]}".rstrip())
    return done.stdout


def tied_to_us(command: Sequence[str], *, account: str | None = None, how: str = "TERM") -> list[str]:
    """The command, so wrapped that the kernel ends it when this process dies, even by SIGKILL, by the signal `how`.

    With `account`, it runs as that account and its groups, which only root may ask for.
    """
    setpriv = program("setpriv", install="apt-get install util-linux")
    as_account = [f"--reuid={account}", f"--regid={account}", "--clear-groups"] if account else []
    return [setpriv, "--pdeathsig", how, *as_account, "--", *command]


def unprivileged_account() -> str | None:
    """PostgreSQL refuses to run as root, so root lends it an account that may do nothing else; None: one's own does."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def free_ports(count: int) -> list[int]:
    """So many TCP ports that nothing listened on a moment ago, all different."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind((LOOPBACK, 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


def port_answers(port: int, host: str = LOOPBACK) -> bool:
    """Whether something accepts a connection on that port."""
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True
