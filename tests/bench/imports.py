"""Measures a school roll's import among many children on PostgreSQL: `python -m tests.bench.imports`.

The whole way counts, from sending the file to "completed": parse, match or create, events, log of the rows; the relay
and a consumer are in the same process, which runs as a server's does and has searched once, so that it knows how common
each name is. Held against PostgreSQL's COPY of as many ready rows (a child and a dozen keys
each) into bare tables in the same run. The second time the clerk writes the same children again, with other slips of
the pen; the third time exactly the same list comes, as from a nightly job.
"""

import argparse
import asyncio
import os
import platform
import tempfile
import time
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import asyncpg  # type: ignore[import-untyped]
import uvloop

from chassis.ids import new_id, system_clock
from chassis.runtime import settle_memory
from chassis.telemetry import configure_logging
from child_index.domain.matching import blocking_keys, prepare
from child_index.domain.person import Person
from tests.bench import processor
from tests.bench.crowd import as_indexed, crowd, write_roll
from tests.child_index.kit import DIRECTORY, Imported, Index, running
from tests.support.postgres import private_postgres

SEED = 20_260
TODAY = date(2026, 9, 1)
KNOWN_SHARE = 0.85
PORTION = 50_000


def tables_of(children: list[Person], first: int = 1) -> Iterator[tuple[str, tuple[str, ...], list[tuple[Any, ...]]]]:
    """What the index holds of children that a surgery's list brought: table, columns, rows; numbered from `first`."""
    now = system_clock()
    ids = [new_id() for _ in children]
    numbers = range(first, first + len(children))
    yield "children", (
        "child_no", "child_id", "given_name", "family_name", "date_of_birth", "sex", "nhs_number", "upn", "created_at",
    ), [
        (number, id_, c.given_name, c.family_name, c.date_of_birth, c.sex, c.nhs_number, c.upn, now)
        for number, id_, c in zip(numbers, ids, children, strict=True)
    ]  # fmt: skip
    yield "addresses", ("address_id", "child_no", "address_line", "postcode", "since"), [
        (new_id(), number, child.address_line, child.postcode, TODAY)
        for number, child in zip(numbers, children, strict=True)
    ]  # fmt: skip
    yield "episodes", (
        "episode_id", "child_no", "service_id", "agency_id", "sensitive", "started_on", "opened_by", "created_at",
    ), [
        (new_id(), number, "list", "practice", False, TODAY, "nurse", now) for number in numbers
    ]  # fmt: skip
    yield "blocking_keys", ("h", "child_no"), [
        (key, number)
        for number, child in zip(numbers, children, strict=True)
        for key in blocking_keys(prepare(child.details()))
    ]  # fmt: skip


async def fill(connection: asyncpg.Connection, children: Iterable[Person]) -> None:
    """Puts children behind those that there are, a portion at a time."""
    await connection.execute("ALTER TABLE blocking_keys DROP CONSTRAINT blocking_keys_pkey")
    first = 1 + (await connection.fetchval("SELECT max(child_no) FROM children") or 0)
    rest = iter(children)
    while portion := list(islice(rest, PORTION)):
        for table, columns, rows in tables_of(portion, first):
            await connection.copy_records_to_table(table, records=rows, columns=columns)
        first += len(portion)
    await connection.execute("ALTER TABLE blocking_keys ADD CONSTRAINT blocking_keys_pkey PRIMARY KEY (h, child_no)")
    await connection.execute(
        "SELECT setval(pg_get_serial_sequence('children', 'child_no'), max(child_no)) FROM children"
    )
    await connection.execute("VACUUM ANALYZE")


async def raw_copy(connection: asyncpg.Connection, children: list[Person]) -> float:
    """Rows a second of COPY of ready children and their keys into tables without indexes."""
    ready = [each for each in tables_of(children) if each[0] in ("children", "blocking_keys")]
    for table, *_ in ready:
        await connection.execute(f"CREATE TABLE raw_{table} AS TABLE {table} WITH NO DATA")
    began = time.perf_counter()
    for table, columns, rows in ready:
        await connection.copy_records_to_table(f"raw_{table}", records=rows, columns=columns)
    return len(children) / (time.perf_counter() - began)


async def import_once(index: Index, path: Path) -> tuple[float, Imported]:
    """Rows a second from sending the file until the import says that it is completed."""
    began = time.perf_counter()
    answer = await index.school_system.upload(path.read_bytes())
    assert answer.status_code == 202, answer.text
    import_id = answer.json()["import_id"]
    while (state := (await index.school_system.import_state(import_id)).json())["state"] in {"queued", "running"}:
        await asyncio.sleep(0.1)
    took = time.perf_counter() - began
    assert state["state"] == "completed"
    return state["total"] / took, await index.school_system.finished(import_id)


async def measure(folder: Path, children: int, rows: int, settings: dict[str, Any], pause: float) -> None:
    new = round(rows * (1 - KNOWN_SHARE))
    random = Random(SEED)
    everybody = list(crowd(SEED, children + new))
    absent = set(random.sample(range(len(everybody)), new))
    present = [known for number, known in enumerate(everybody) if number not in absent]
    roll = random.sample(present, rows - new) + [everybody[number] for number in sorted(absent)]
    random.shuffle(roll)
    write_roll(random, roll, folder / "roll.csv")
    write_roll(random, roll, folder / "again.csv")
    indexed = [as_indexed(random, known) for known in present]
    print(f"  made up {len(everybody):,} children, {rows:,} rows", flush=True)
    with private_postgres() as postgres:
        url = postgres.new_database("imports")
        async with running(url, folder / "index", **settings) as index:
            await index.tell(*DIRECTORY)
            connection = await asyncpg.connect(url.replace("+asyncpg", ""))
            began = time.perf_counter()
            await fill(connection, indexed)
            print(f"  filled the index in {time.perf_counter() - began:.0f} s", flush=True)
            baseline = await raw_copy(connection, indexed[:rows])
            server = processor.server_of(await connection.fetchval("SELECT pg_backend_pid()"))
            await connection.close()
            await index.worker.search(given_name="Oliver", family_name="Smith")
            if pause:
                print(f"  process {os.getpid()} pauses {pause:.0f} s for a profiler", flush=True)
                await asyncio.sleep(pause)
            settle_memory()  # as a server does once it has started
            for name in ("roll.csv", "again.csv", "again.csv"):
                before, of_database = time.process_time(), processor.seconds_of(server)
                per_second, done = await import_once(index, folder / name)
                own = (time.process_time() - before) / rows * 1000
                theirs = (processor.seconds_of(server) - of_database) / rows * 1000
                counts = dict(
                    zip(("created", "matched", "review"), done.count("created", "matched", "review"), strict=True)
                )
                print(
                    f"  {name:<10} {per_second:8.0f} rows/s, raw COPY {baseline:8.0f} rows/s,"
                    f" ratio {per_second / baseline:.4f}, processor time {own:.2f} ms a row, PostgreSQL's {theirs:.2f};"
                    f" load {os.getloadavg()[0]:.1f}  {counts}",
                    flush=True,
                )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--children", type=int, default=100_000, help="in the index before")
    parser.add_argument("--rows", type=int, default=10_000, help="of the roll, 85 in 100 of them in the index")
    parser.add_argument("--batch", type=int, help="KITH_IMPORT_BATCH_ROWS, where not as it comes")
    parser.add_argument("--pause", type=float, default=0, help="seconds before the import, for a profiler to attach")
    given = parser.parse_args()
    settings = {"import_batch_rows": given.batch} if given.batch else {}
    print(
        f"{os.cpu_count()} cores, Python {platform.python_version()}; import among {given.children:,} children",
        flush=True,
    )
    configure_logging("WARNING")
    with tempfile.TemporaryDirectory() as folder:
        uvloop.run(measure(Path(folder), given.children, given.rows, settings, given.pause))


if __name__ == "__main__":
    main()
