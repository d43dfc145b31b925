"""Measures a first list into an empty index on PostgreSQL: `python -m tests.bench.loading`.

The whole way counts, from sending the file to "completed", with every index of every table kept as it is read from;
relay and a consumer are in the same process. Held against COPY, in the same run and of exactly the rows that the load
wrote, prepared beforehand, into bare tables without indexes: children and all that hangs on them, what became of each
row, and the events. On a busy machine what both took of the processor, PostgreSQL's processes included, says more.
"""

import argparse
import asyncio
import contextlib
import os
import platform
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import asyncpg  # type: ignore[import-untyped]

from chassis.runtime import settle_memory
from chassis.telemetry import configure_logging
from tests.bench.crowd import crowd, write_roll
from tests.child_index.kit import DIRECTORY, Index, running
from tests.support.postgres import private_postgres

SEED = 20_264
WRITTEN = (
    "children", "other_names", "addresses", "blocking_keys", "source_records", "statements", "episodes",
    "match_reviews", "record_changes", "import_results", "import_rejections", "import_refused_rows",
)  # fmt: skip


async def ready_rows(connection: asyncpg.Connection, index: Index) -> dict[str, tuple[list[str], list[Any]]]:
    """For each table its columns, and the rows that the load wrote: events too, which have left since."""
    ready = {}
    for table in WRITTEN:
        columns = [row[0] for row in await connection.fetch(
            "SELECT attname FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped",
            table,
        )]  # fmt: skip
        ready[table] = columns, [tuple(row) for row in await connection.fetch(f"TABLE {table}")]
    ready["outbox"] = (
        ["seq", "event_id", "topic", "key", "envelope", "created_at"],
        [
            (at, each.id, "kith.child-index.v1", each.subject, each.model_dump_json(exclude_none=True), each.time)
            for at, each in enumerate(index.heard)
        ],
    )
    return ready


@dataclass
class Took:
    """In seconds; `processor`: of this process and of all of PostgreSQL's."""

    wall: float
    processor: float


class Watch:
    """What has been done between its making and `took`."""

    def __init__(self, backend: int) -> None:
        """`backend`: the id of one of PostgreSQL's processes."""
        self._postmaster = _status(backend)[1]
        self._began, self._before = time.perf_counter(), self._processor()

    def took(self) -> Took:
        return Took(time.perf_counter() - self._began, self._processor() - self._before)

    def _processor(self) -> float:
        ticks = 0
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                    mine, parent, spent = _status(int(entry.name))
                    # What its processes that have ended spent is the parent's.
                    ticks += spent if self._postmaster in (mine, parent) else 0
        return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")


def _status(process: int) -> tuple[int, int, int]:
    """The ids of a process and of its parent, and the clock ticks that it and its children that have ended spent."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return process, int(fields[1]), sum(map(int, fields[11:15]))


async def raw_copy(connection: asyncpg.Connection, ready: dict[str, tuple[list[str], list[Any]]]) -> Took:
    """Of COPY of the rows into tables without indexes, three times over: the middle one."""
    took = []
    for _ in range(3):
        for table in ready:
            await connection.execute(f"CREATE TABLE raw_{table} AS TABLE {table} WITH NO DATA")
        watch = Watch(connection.get_server_pid())
        for table, (columns, rows) in ready.items():
            await connection.copy_records_to_table(f"raw_{table}", records=rows, columns=columns)
        took.append(watch.took())
        for table in ready:
            await connection.execute(f"DROP TABLE raw_{table}")
    return Took(sorted(each.wall for each in took)[1], sorted(each.processor for each in took)[1])


async def measure(folder: Path, rows: int, pause: float) -> float:
    """COPY's time as a share of the load's."""
    random = Random(SEED)
    write_roll(random, list(crowd(SEED, rows)), folder / "roll.csv")
    with private_postgres() as postgres:
        url = postgres.new_database("loading")
        async with running(url, folder / "index") as index:
            await index.tell(*DIRECTORY)
            index.heard.clear()
            if pause:
                print(f"  process {os.getpid()} pauses {pause:.0f} s for a profiler", flush=True)
                await asyncio.sleep(pause)
            settle_memory()  # as a server does once it has started
            connection = await asyncpg.connect(url.replace("+asyncpg", ""))
            watch = Watch(connection.get_server_pid())
            answer = await index.school_system.upload((folder / "roll.csv").read_bytes())
            import_id = answer.json()["import_id"]
            while (state := (await index.school_system.import_state(import_id)).json())["state"] != "completed":
                assert state["state"] in {"queued", "running"}, state
                await asyncio.sleep(0.1)
            load = watch.took()
            while await connection.fetchval("SELECT count(*) FROM outbox"):
                await asyncio.sleep(0.1)
            ready = await ready_rows(connection, index)
            copy = await raw_copy(connection, ready)
            await connection.close()
    counts = {name: state[name] for name in ("created", "matched", "review")}
    written = sum(len(each) for _, each in ready.values()) / rows
    for name, one, other in (("wall", load.wall, copy.wall), ("processor", load.processor, copy.processor)):
        print(
            f"  {name:<9} load {one / rows * 1e6:6.0f} us a row, COPY of its {written:.1f} rows"
            f" {other / rows * 1e6:5.0f}, ratio {other / one:.3f}",
            flush=True,
        )
    print(f"  {rows / load.wall:.0f} rows/s, {counts}, load {os.getloadavg()[0]:.1f}", flush=True)
    return copy.wall / load.wall


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000, help="of the first list")
    parser.add_argument("--pause", type=float, default=0, help="seconds before the import, for a profiler to attach")
    given = parser.parse_args()
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}; {given.rows:,} rows into an empty index")
    configure_logging("WARNING")
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(Path(folder), given.rows, given.pause))


if __name__ == "__main__":
    main()
