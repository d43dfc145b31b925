"""Servers started as child processes of the tests, on free loopback ports, and stopped with them."""

import os
import shutil
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

LOOPBACK = "127.0.0.1"
PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""`verify` of the tests' own HTTP clients, which speak to the loopback without TLS. It trusts nobody; by default each
client would read the certificates of every authority, which takes longer than most requests."""


class MissingProgram(RuntimeError):
    """What a real server needs isn't on this machine. The tests fail with it; they never skip."""


def program(name: str, *, also_in: Sequence[Path] = (), install: str) -> str:
    """Path of a program on PATH or in one of the folders of `also_in`; MissingProgram says what to install."""
    for folder in also_in:
        if (folder / name).is_file():
            return str(folder / name)
    found = shutil.which(name)
    if found is None:
        raise MissingProgram(f"the program {name} is missing; install it with: {install}")
    return found


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


def tied_to_us(command: Sequence[str], *, account: str | None = None) -> list[str]:
    """The command, so wrapped that the kernel ends it when this process dies, even by SIGKILL.

    With `account`, it runs as that account and its groups, which only root may ask for.
    """
    setpriv = program("setpriv", install="apt-get install util-linux")
    as_account = [f"--reuid={account}", f"--regid={account}", "--clear-groups"] if account else []
    return [setpriv, "--pdeathsig", "TERM", *as_account, "--", *command]


class Server:
    """One server process: started, awaited, stopped or killed, its output kept in a file for the failure text."""

    def __init__(self, name: str, command: Sequence[str], *, log: Path, environment: Mapping[str, str]) -> None:
        self._name = name
        self._command = list(command)
        self._log = log
        self._environment = {**os.environ, **environment}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, answers: Callable[[], bool], *, seconds: float) -> None:
        """Starts it and returns when `answers()` is true; else ends it and raises with the end of its output."""
        with self._log.open("ab") as output:
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=self._environment
            )
        deadline = time.monotonic() + seconds
        while not answers():
            ended = self._process.poll() is not None
            if ended or time.monotonic() > deadline:
                self.stop(signal.SIGKILL)
                what = "ended at once" if ended else f"did not answer within {seconds:.0f} s"
                raise RuntimeError(f"{self._name} {what}; its last words:\n{self._last_words()}")
            time.sleep(0.03)

    def stop(self, how: signal.Signals = signal.SIGTERM, *, seconds: float = 30) -> None:
        """Ends it with the signal given and waits; SIGKILL after so many seconds."""
        if self._process is None:
            return
        self._process.send_signal(how)
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def _last_words(self) -> str:
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-30:])


def port_answers(port: int) -> bool:
    """Whether something accepts a connection on that loopback port."""
    try:
        socket.create_connection((LOOPBACK, port), timeout=1).close()
    except OSError:
        return False
    return True
