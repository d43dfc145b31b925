"""The `kith` command as processes forked from one that has imported all of it.

To import all parts takes seconds of a processor, each time. The process forked from has read no setting, opened
nothing and started no thread; each fork sets its own environment and runs the command from its first line to its end,
and is from then on a process like any other: to be signalled, killed and waited for. `tests/cli` and whatever proves or
measures start the command itself.
"""

import ctypes
import gc
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from importlib import import_module

IMPORTED = (
    *("assessment.main", "child_index.main", "consent.main", "gateway.main", "notifications.main"),
    *("kith.main", "kith.up", "kith.client", "kith.tokens"),
)
"""All parts, and what most commands import. What makes a console at once, which asks how wide it is, each imports."""
_LONGEST_BYTES = 1 << 17
_PR_SET_CHILD_SUBREAPER = 36


class Forked:
    """A process that was forked for us: what `subprocess.Popen` offers of one that it started."""

    def __init__(self, pid: int, arguments: Sequence[str]) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._arguments = arguments

    def poll(self) -> int | None:
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def wait(self, timeout: float = 600) -> int:
        """The exit code; minus the signal that ended it. Raises `subprocess.TimeoutExpired`."""
        deadline = time.monotonic() + timeout
        while (code := self.poll()) is None:
            if time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(self._arguments, timeout)
            time.sleep(0.005)
        return code

    def send_signal(self, number: signal.Signals) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def fork(arguments: Sequence[str], environment: Mapping[str, str], output: int, errors: int) -> Forked:
    """Runs `kith <arguments>` under that environment alone, writing to the two file descriptors."""
    wanted = json.dumps({"arguments": list(arguments), "environment": dict(environment)}).encode()
    channel = _source()
    socket.send_fds(channel, [wanted], [output, errors])
    answer = channel.recv(64)
    if not answer:
        raise RuntimeError("the process to fork from has ended")
    return Forked(int(answer), ["kith", *arguments])


@cache
def _source() -> socket.socket:
    """The process to fork from, one for this process's whole life: it ends when the other side of this is closed."""
    # Its forks are left by the one between, and become ours to wait for.
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _LONGEST_BYTES)
    with theirs:
        process = subprocess.Popen([sys.executable, "-m", __name__, str(theirs.fileno())], pass_fds=[theirs.fileno()])
    process.returncode = 0  # nobody waits for it
    return ours


def _serve(channel: socket.socket) -> None:
    """Forks for as long as it is asked to, and returns in each fork alone."""
    gc.collect()
    gc.freeze()
    while True:
        wanted, files, _, _ = socket.recv_fds(channel, _LONGEST_BYTES, 2)
        if not wanted:
            os._exit(0)
        read, write = os.pipe()
        between = os.fork()
        if not between:
            pid = os.fork()
            if pid:
                os.write(write, str(pid).encode())
                os._exit(0)
            os.close(read)
            os.close(write)
            channel.close()
            _become(json.loads(wanted), *files)
            return
        os.close(write)
        answer = os.read(read, 64)
        os.close(read)
        os.waitpid(between, 0)
        for file in files:
            os.close(file)
        channel.send(answer)


def _become(wanted: dict[str, dict[str, str]], output: int, errors: int) -> None:
    nothing = os.open(os.devnull, os.O_RDONLY)
    for file, place in ((nothing, 0), (output, 1), (errors, 2)):
        os.dup2(file, place)
        os.close(file)
    os.environ.clear()
    os.environ.update(wanted["environment"])
    sys.argv = ["kith", *wanted["arguments"]]


def main() -> None:
    for module in IMPORTED:
        import_module(module)
    with suppress(KeyboardInterrupt):  # meant for who asks us
        _serve(socket.socket(fileno=int(sys.argv[1])))
        import_module("kith.main").app(prog_name="kith")


if __name__ == "__main__":
    main()
