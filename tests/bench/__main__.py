"""Measures, each as a ratio against a baseline of the same run: `make bench`. No absolute time is asserted anywhere.

The load comes from wrk; each server is one process, as `make run` starts it or by `python -m consent`.
"""

import argparse
import asyncio
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import asyncpg  # type: ignore[import-untyped]
import httpx

from chassis.ids import new_id
from chassis.issuer import DevelopmentIssuer
from chassis.tracing import new_traceparent
from contracts import headers
from stack.programs import free_ports, program
from tests.journeys.scene import GP, SOCIAL_WORKER, make_directory
from tests.support.postgres import private_postgres
from tests.support.server import Server

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 3
PARTS = ("CONSENT", "CHILD_INDEX", "ASSESSMENT", "NOTIFICATIONS")


@dataclass(frozen=True)
class Load:
    """`p50`, `p99` in milliseconds."""

    per_second: float
    p50: float
    p99: float
    failed: int


def wrk(url: str, connections: int, seconds: float, script: str) -> Load:
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(script + _REPORT)
        file.flush()
        command = [
            program("wrk", install="apt-get install wrk"),
            "-t1", f"-c{connections}", f"-d{seconds:.0f}s", "--timeout", "20s", "-s", file.name, url,
        ]  # fmt: skip
        out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(r"RESULT (\S+) (\S+) (\S+) (\S+)", out)
    assert found, out
    rate, p50, p99, failed = map(float, found.groups())
    return Load(rate, p50, p99, int(failed))


_REPORT = """
done = function(summary, latency, requests)
  local bad = summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout
  print(string.format("RESULT %f %f %f %d", summary.requests / summary.duration * 1e6,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, bad))
end
"""


def request_script(method: str, given: Mapping[str, str], body: str = "") -> str:
    lines = [f'wrk.method = "{method}"', f"wrk.body = [[{body}]]"]
    lines += [f'wrk.headers["{name}"] = "{value}"' for name, value in given.items()]
    return "\n".join(lines) + "\n"


def uvicorn(factory: str, environment: Mapping[str, str], ready: str) -> AbstractContextManager[str]:
    return serving(["uvicorn", "--factory", factory, "--no-access-log", "--log-level", "error"], environment, ready)


@contextmanager
def serving(module: Sequence[str], environment: Mapping[str, str], ready: str) -> Iterator[str]:
    """`python -m` so, on a free port, until it answers at `ready`; yields its address."""
    (port,) = free_ports(1)
    given = [] if environment.get("KITH_PORT") else ["--port", str(port)]
    process = subprocess.Popen(
        [sys.executable, "-m", *module, *given],
        env={**os.environ, **environment},
        cwd=ROOT,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{environment.get('KITH_PORT', port)}"
    try:
        for _ in range(300):
            try:
                httpx.get(url + ready, timeout=2)
                break
            except httpx.TransportError:
                assert process.poll() is None, f"{module} did not start"
                time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait()


def prepare(server: Server) -> str:
    """A directory and one child with three people around them; returns the child's id."""
    if server.process is None:
        server.start()
    make_directory(server.person("admin"))
    worker, gp = server.person(SOCIAL_WORKER), server.person(GP)
    person = {
        "given_name": "Zofia",
        "family_name": "Nowakowska",
        "date_of_birth": "2015-02-03",
        "postcode": "JX1 1AA",
        "address_line": "1 Mill Lane",
    }
    child_id = str(worker.ok("POST", "/v1/children", person)["child_id"])
    today = date.today().isoformat()
    for who, service in ((worker, "support"), (gp, "oak-list")):
        who.ok("POST", f"/v1/children/{child_id}/episodes", {"service_id": service, "started_on": today})
    worker.ok("PUT", f"/v1/children/{child_id}/lead-professional", {"practitioner_id": SOCIAL_WORKER})
    return child_id


def decisions(server: Server, child_id: str, seconds: float) -> None:
    """The consent service alone, over HTTP: decision, log row, commit, signed grant; held against a route that does
    nothing. On PostgreSQL its worker (the log's sequencer, the relay) is a process of its own, as where many agencies
    share a Kith; embedded, it is not.

    Both are asked in turn, `ROUNDS` times at each number of connections, and the medians are compared: the machine
    may be slower at one time than at another.
    """
    key = (server.data_dir / "keys" / "internal").read_text().strip()
    token = DevelopmentIssuer(server.data_dir).token(GP)
    asked = {
        "action": "child.read",
        "subject": "child",
        "purpose": "direct-support",
        "child_id": child_id,
        "categories": ["basics", "whereabouts", "family", "involvement", "education", "health", "plan"],
    }
    given = {
        "Authorization": f"Bearer {token}",
        headers.INTERNAL_KEY: key,
        "Content-Type": "application/json",
        headers.REQUEST_ID: new_id(),  # as the gateway sends them
        "traceparent": new_traceparent(),
    }
    environment = server.env()
    environment["KITH_DATABASE_URL"] = environment.get("KITH_CONSENT_DATABASE_URL", "")
    environment["KITH_LOG_LEVEL"] = "WARNING"
    environment["KITH_PORT"] = str(free_ports(1)[0])
    deciding, nothing = (
        request_script("POST", given, json.dumps(asked)),
        request_script("POST", {"Content-Type": "application/json"}, "{}"),
    )
    found: dict[int, list[tuple[Load, Load]]] = {}
    with ExitStack() as stack:
        if environment["KITH_DATABASE_URL"]:
            worker = subprocess.Popen([sys.executable, "-m", "consent.worker"], env=environment, cwd=ROOT)
            stack.callback(worker.wait)
            stack.callback(worker.terminate)
            environment["KITH_RUN_WORKER"] = "false"
        url = stack.enter_context(serving(["consent"], environment, "/health/ready"))
        baseline = stack.enter_context(uvicorn("tests.bench.apps:noop", {}, "/openapi.json"))
        wrk(f"{url}/internal/decisions", 8, 1, deciding)
        wrk(f"{baseline}/noop", 8, 1, nothing)
        for _ in range(ROUNDS):
            for connections in (1, 8, 32, 128, 256):
                wait_for_the_sequencer(environment["KITH_DATABASE_URL"])
                idle = wrk(f"{baseline}/noop", connections, seconds / 2, nothing)
                load = wrk(f"{url}/internal/decisions", connections, seconds / 2, deciding)
                assert load.failed == 0, "a decision failed under load"
                found.setdefault(connections, []).append((idle, load))
    medians = {
        connections: [median(loads) for loads in zip(*pairs, strict=True)] for connections, pairs in found.items()
    }
    for connections, (idle, load) in medians.items():
        show(f"no-op route, {connections} connections", idle)
        show(f"decision with log row, {connections} connections", load, idle)
    best = max((load for _, load in medians.values()), key=lambda load: load.per_second)
    ratio = best.per_second / max(idle.per_second for idle, _ in medians.values())
    print(f"  decision with log row, best against best: {ratio:.2f}; its p99: {best.p99 / best.p50:.1f} x its p50")


def median(loads: Sequence[Load]) -> Load:
    """The load in the middle, by what it carried."""
    return sorted(loads, key=lambda load: load.per_second)[len(loads) // 2]


def wait_for_the_sequencer(database: str) -> None:
    """What the decisions left to do is done before something else is measured."""
    if not database:
        return

    async def waiting() -> int:
        connection = await asyncpg.connect(database.replace("+asyncpg", ""))
        try:
            return int(await connection.fetchval("SELECT count(*) FROM log_waiting"))
        finally:
            await connection.close()

    while asyncio.run(waiting()):
        time.sleep(0.2)


def show(name: str, found: Load, baseline: Load | None = None) -> None:
    ratio = f"  ratio {found.per_second / baseline.per_second:.2f}" if baseline else ""
    print(
        f"  {name:<44} {found.per_second:8.0f}/s  p50 {found.p50:6.2f} ms  p99 {found.p99:7.2f} ms{ratio}", flush=True
    )


def measure(kind: str, environment: Mapping[str, str], folder: Path, seconds: float) -> None:
    print(f"\n{kind}", flush=True)
    reads = {}
    with Server(folder, {"KITH_LOG_LEVEL": "WARNING", **environment}, forked=False) as server:
        child_id = prepare(server)
        token = DevelopmentIssuer(server.data_dir).token(GP)
        script = request_script("GET", {"Authorization": f"Bearer {token}", "Kith-Purpose": "direct-support"})
        for connections in (1, 4, 16):
            reads[connections] = wrk(f"{server.url}/v1/children/{child_id}", connections, seconds, script)
            assert reads[connections].failed == 0, "a read failed under load"
        server.stop()
    database = environment.get("KITH_CHILD_INDEX_DATABASE_URL") or f"sqlite+aiosqlite:///{folder}/child-index.sqlite3"
    bare = {}
    with uvicorn("tests.bench.apps:bare", {"KITH_BENCH_DATABASE_URL": database}, "/openapi.json") as url:
        for connections in (1, 4, 16):
            bare[connections] = wrk(f"{url}/v1/children/{child_id}", connections, seconds, script)
    for connections in (1, 4, 16):
        show(f"bare read, {connections} connections", bare[connections])
        show(f"read through the gateway, {connections} connections", reads[connections], bare[connections])
    best = max(load.per_second for load in reads.values()) / max(load.per_second for load in bare.values())
    print(f"  gateway read, best against best: {best:.2f}; p50 of one client: {reads[1].p50 / bare[1].p50:.1f} x bare")
    decisions(server, child_id, seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=6, help="of each load")
    seconds = parser.parse_args().seconds
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}; each load {seconds:.0f} s, one server process")
    with tempfile.TemporaryDirectory() as folder:
        measure("SQLite, embedded", {}, Path(folder) / "sqlite", seconds)
        with private_postgres() as postgres:
            databases = {f"KITH_{part}_DATABASE_URL": postgres.new_database(part.lower()) for part in PARTS}
            measure("PostgreSQL", databases, Path(folder) / "postgresql", seconds)


if __name__ == "__main__":
    main()
