"""The process manager (circus): starts the parts that a plan names, starts anew what ends, and holds their ports.

`python -m stack.manager PLAN` is started by `stack.run`, and spoken to through a socket in the stack's folder.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from circus.arbiter import Arbiter
from circus.client import CircusClient
from circus.exc import CallError
from circus.sockets import CircusSocket
from circus.watcher import Watcher

from stack.parts import Part
from stack.programs import LOOPBACK, ProgramFailed

_LONG = 60.0
"""Seconds that a part may take to stop or to be started."""


def write_plan(folder: Path, parts: Sequence[Part]) -> Path:
    """The plan as a file. It holds passwords: `folder` must be closed to everybody else."""
    plan = folder / "plan.json"
    plan.touch(mode=0o600)
    plan.write_text(json.dumps([asdict(part) for part in parts]))
    return plan


def endpoint_of(folder: Path) -> str:
    return f"ipc://{folder}/manager.sock"


class Manager:
    """The manager of a stack's folder, from another process."""

    def __init__(self, folder: Path) -> None:
        self._client = CircusClient(endpoint=endpoint_of(folder), timeout=_LONG)

    def start(self, name: str) -> None:
        self._ask("start", name)

    def stop(self, name: str) -> None:
        self._ask("stop", name)

    def restart(self, name: str) -> None:
        """Each process of the part, one after the other; its port stays open."""
        self._ask("restart", name)

    def processes(self, name: str) -> list[int]:
        """The ids of the part's processes."""
        return [int(pid) for pid in self._ask("list", name).get("pids", [])]

    def states(self) -> dict[str, str]:
        """`active`, `stopped`, … of each part."""
        states: dict[str, str] = self._ask("status")["statuses"]
        return states

    def answers(self) -> bool:
        try:
            self._ask("status")
        except ProgramFailed:
            return False
        return True

    def close(self) -> None:
        self._client.stop()

    def _ask(self, command: str, name: str | None = None) -> dict[str, Any]:
        given: dict[str, Any] = {} if name is None else {"name": name, "waiting": True}
        try:
            answer: dict[str, Any] = self._client.send_message(command, **given)
        except CallError as error:
            raise ProgramFailed(f"the process manager does not answer: {error}") from None
        if answer.get("status") == "error":
            raise ProgramFailed(f"{command} {name}: {answer.get('reason')}")
        return answer


def wait_for(what: str, holds: Any, seconds: float) -> float:
    """Asks until `holds()`; returns the seconds that took. Raises `ProgramFailed`."""
    began = time.monotonic()
    while not holds():
        if time.monotonic() - began > seconds:
            raise ProgramFailed(f"{what} was not ready after {seconds:.0f} s")
        time.sleep(0.05)
    return time.monotonic() - began


def _watcher(part: dict[str, Any], logs: Path) -> Watcher:
    # A shell that becomes the part, so that its lines go to the file by themselves and not through the manager.
    script = f'exec "$@" >>"{logs / part["name"]}.log" 2>&1'
    listening = [f"KITH_LISTEN_FD=$(circus.sockets.{part['name']})"] if part["port"] else []
    command = ["-c", script, "sh", "setpriv", "--pdeathsig", "TERM", "--", "env", *listening, *part["command"]]
    return Watcher(
        part["name"],
        "/bin/sh",
        command,
        numprocesses=part["processes"],
        env=part["environment"],
        use_sockets=bool(part["port"]),
        stop_signal=signal.Signals[f"SIG{part['stop_signal']}"],
        graceful_timeout=part["stop_seconds"],
        max_retry=-1,
        autostart=False,
    )


def main(plan: Path) -> None:
    os.umask(0o077)  # what the parts keep is about children: nobody else on this machine reads it
    parts = json.loads(plan.read_text())
    folder = plan.parent
    arbiter = Arbiter(
        [_watcher(part, folder / "logs") for part in parts],
        endpoint_of(folder),
        f"ipc://{folder}/events.sock",
        check_delay=0.25,
        sockets=[CircusSocket(part["name"], LOOPBACK, part["port"]) for part in parts if part["port"]],
    )
    try:
        arbiter.start()
    finally:
        arbiter.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
