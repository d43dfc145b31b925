"""Servers started as child processes of the tests, on free loopback ports, and stopped with them."""

import os
import signal
import ssl
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""`verify` of the tests' own HTTP clients, which speak to the loopback without TLS. It trusts nobody; by default each
client would read the certificates of every authority, which takes longer than most requests."""


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

    def send(self, which: signal.Signals) -> None:
        """Raises `AssertionError` where it does not run."""
        assert self._process is not None
        self._process.send_signal(which)

    def _last_words(self) -> str:
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-30:])
