"""Measures a first list into an empty index on PostgreSQL: `python -m tests.bench.loading`.

The whole way counts, from sending the file to "completed", with every index of every table kept as it is read from;
relay and a consumer are in the same process. Held against COPY, in the same run and of exactly the rows that the load
wrote, prepared beforehand, into bare tables without indexes: children and all that hangs on them, what became of each
row, and the events.
"""

import argparse
import asyncio
import os
import platform
import tempfile
import time
from pathlib import Path
from random import Random
from typing import Any

import asyncpg  # type: ignore[import-untyped]

from chassis.runtime import settle_memory
from chassis.telemetry import configure_logging
from tests.bench.crowd import crowd, write_roll
from tests.bench.imports import import_once
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


async def raw_copy(connection: asyncpg.Connection, ready: dict[str, tuple[list[str], list[Any]]]) -> float:
    """Seconds of COPY of the rows into tables without indexes."""
    for table in ready:
        await connection.execute(f"CREATE TABLE raw_{table} AS TABLE {table} WITH NO DATA")
    began = time.perf_counter()
    for table, (columns, rows) in ready.items():
        await connection.copy_records_to_table(f"raw_{table}", records=rows, columns=columns)
    took = time.perf_counter() - began
    for table in ready:
        await connection.execute(f"DROP TABLE raw_{table}")
    return took


async def measure(folder: Path, rows: int, pause: float) -> float:
    """The load's rows a second as a share of COPY's."""
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
            before = time.process_time()
            per_second, done = await import_once(index, folder / "roll.csv")
            own = (time.process_time() - before) / rows * 1000
            connection = await asyncpg.connect(url.replace("+asyncpg", ""))
            while await connection.fetchval("SELECT count(*) FROM outbox"):
                await asyncio.sleep(0.1)
            ready = await ready_rows(connection, index)
            baseline = rows / min([await raw_copy(connection, ready) for _ in range(3)])
            await connection.close()
    counts = dict(zip(("created", "matched", "review"), done.count("created", "matched", "review"), strict=True))
    print(
        f"  {per_second:8.0f} rows/s, raw COPY {baseline:8.0f} rows/s ({sum(len(each) for _, each in ready.values())}"
        f" table rows), ratio {per_second / baseline:.3f}, own processor time {own:.2f} ms a row  {counts}",
        flush=True,
    )
    return per_second / baseline


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
