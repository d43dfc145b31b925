"""A page of the access log takes the time of an index look-up, however long the log is (PostgreSQL)."""

import os
import re
import statistics
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg  # type: ignore[import-untyped]
import pytest
import sqlalchemy as sa

from chassis.database import Database
from chassis.migrations import migrations_of, upgrade
from consent import worker
from consent.adapters.log_repository import LogRepository
from tests.support.postgres import Postgres
from tests.support.proof import Proof

SIZE = int(os.environ.get("KITH_PROVE_LOG_ENTRIES", "10000000"))
SMALL = 10_000
FIRST, YEARS = datetime(2024, 1, 1, tzinfo=UTC), 2
AGENCIES, VIEWERS_EACH, CHILDREN, REFUSED_EVERY = 150, 40, 400_000, 50
CHUNK = 20_000
REPEATS = 60
MOST_TIMES_SLOWER = 5.0
"""A thousand times the entries. The rows of one page then lie on as many pages of the disk, and no longer in memory."""
MOST_ROWS_READ, MOST_SORTED = 1_000, 1_000
"""Where a filter leaves a few hundred rows in all, PostgreSQL may read and sort them rather than follow the order."""

Filters = dict[str, Any]


def row(number: int, size: int) -> tuple[datetime, str, str, str, str]:
    """When, viewer, agency, child, outcome: spread as a hash does, so that no filter finds its rows together."""
    mixed = (number * 2_654_435_761) % 2**32
    agency = mixed % AGENCIES
    viewer = f"p-{agency}-{(mixed >> 8) % VIEWERS_EACH}"
    child = f"00000000-0000-7000-8000-{(number * 40_503) % CHILDREN:012d}"
    at = FIRST + timedelta(days=365 * YEARS) * (number / size)
    return at, viewer, f"a-{agency}", child, "refused" if (mixed >> 16) % REFUSED_EVERY == 0 else "permitted"


def csv(begin: int, end: int, size: int) -> bytes:
    lines = []
    for number in range(begin, end):
        at, viewer, agency, child, outcome = row(number, size)
        entry_id = f"{number:08x}-0000-7000-8000-000000000000"
        body = (
            f'{{""action"":""child.read"",""agency_id"":""{agency}"",""at"":""{at.isoformat()}"",""categories"":[""basics"",'
            f'""whereabouts"",""family"",""involvement""],""child_id"":""{child}"",""decision_id"":""{entry_id}"",""entry_id"":'
            f'""{entry_id}"",""outcome"":""{outcome}"",""permitted"":[],""policy_version"":""1"",""purpose"":""early-help"",'
            f'""request_id"":""{entry_id}"",""rules"":[],""viewer_id"":""{viewer}""}}'
        )
        lines.append(
            f'{entry_id},{at.isoformat()},{viewer},{agency},{child},child.read,{outcome},"{body}",{number:032x},'
            f"{number:064x}\n"
        )
    return "".join(lines).encode()


COLUMNS = [
    "entry_id",
    "at",
    "viewer_id",
    "agency_id",
    "child_id",
    "action",
    "outcome",
    "body",
    "salt",
    "leaf_hash",
]


async def filled(url: str, size: int) -> None:
    """The service's own tables, filled by COPY; the indexes are made afterwards, from their own definitions."""
    database = Database(url)
    await upgrade(database, migrations_of(worker.__file__))
    await database.close()
    plain = url.replace("postgresql+asyncpg", "postgresql")
    connection = await asyncpg.connect(plain)
    try:
        found = await connection.fetch(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'access_log' AND indexname LIKE 'ix_%'"
        )
        for index in found:
            await connection.execute(f'DROP INDEX "{index["indexname"]}"')
        for month in range(12 * YEARS):
            begins, ends = (f"{FIRST.year + each // 12}-{each % 12 + 1:02}-01 UTC" for each in (month, month + 1))
            await connection.execute(
                f"CREATE TABLE access_log_{month} PARTITION OF access_log FOR VALUES FROM ('{begins}') TO ('{ends}')"
            )

        async def source() -> AsyncIterator[bytes]:
            for begin in range(0, size, CHUNK):
                yield csv(begin, min(begin + CHUNK, size), size)

        await connection.copy_to_table("access_log", source=source(), columns=COLUMNS, format="csv")
        await connection.execute("SET maintenance_work_mem = '512MB'")
        for index in found:
            await connection.execute(index["indexdef"].replace(" ON ONLY ", " ON "))
        await connection.execute("VACUUM ANALYZE access_log")
    finally:
        await connection.close()


def searches(size: int, turn: int) -> dict[str, tuple[Filters, tuple[datetime, str] | None]]:
    """Each kind of search that an officer makes, with other values at each turn."""
    number = (turn * 7_919 + size // 3) % size
    at, viewer, agency, child, _ = row(number, size)
    place = (at, f"{number:08x}-0000-7000-8000-000000000000")
    week = {"from": at - timedelta(days=7), "to": at}
    return {
        "everything, first page": ({}, None),
        "everything, a page in the middle": ({}, place),
        "a week": (week, None),
        "a child": ({"child_id": child}, None),
        "a child, within an agency": ({"child_id": child, "agency_id": agency}, None),
        "a viewer": ({"viewer_id": viewer}, None),
        "a viewer, a page in the middle": ({"viewer_id": viewer}, place),
        "a viewer, refused": ({"viewer_id": viewer, "outcome": "refused"}, None),
        "a viewer, a week": ({"viewer_id": viewer, **week}, None),
        "an agency": ({"agency_id": agency}, None),
        "an agency, refused, a page in the middle": ({"agency_id": agency, "outcome": "refused"}, place),
        "an agency and a viewer": ({"agency_id": agency, "viewer_id": viewer}, None),
        "refused": ({"outcome": "refused"}, None),
        "permitted, a page in the middle": ({"outcome": "permitted"}, place),
        "a child whom nobody looked at": ({"child_id": "none"}, None),
        "a viewer who never looked": ({"viewer_id": "nobody", "outcome": "refused"}, None),
    }


async def explained(database: Database, filters: Filters, after: tuple[datetime, str] | None) -> dict[str, Any]:
    """PostgreSQL's plan of the very statement that the repository sends, with what it really read."""
    sent: list[tuple[str, Any]] = []

    def note(_c: Any, _k: Any, statement: str, parameters: Any, _x: Any, _m: Any) -> None:
        sent.append((statement, parameters))

    async with database.read() as connection:
        sa.event.listen(database.engine.sync_engine, "before_cursor_execute", note)
        try:
            await LogRepository(connection).search(filters, after, 51)
        finally:
            sa.event.remove(database.engine.sync_engine, "before_cursor_execute", note)
        statement, parameters = sent[-1]
        plan = await connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", tuple(parameters))
        found: dict[str, Any] = plan.scalar_one()[0]["Plan"]
        return found


def nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(each for child in plan.get("Plans", []) for each in nodes(child))]


async def medians(databases: dict[int, Database]) -> dict[int, dict[str, float]]:
    """Milliseconds of each search at each size: the median over values that differ, the sizes in turn."""
    times: dict[int, dict[str, list[float]]] = {size: {} for size in databases}
    for turn in range(REPEATS):
        for size, database in databases.items():
            async with database.read() as connection:
                log = LogRepository(connection)
                for name, (filters, after) in searches(size, turn).items():
                    begin = time.perf_counter()
                    await log.search(filters, after, 51)
                    times[size].setdefault(name, []).append((time.perf_counter() - begin) * 1000)
    return {size: {name: statistics.median(each) for name, each in found.items()} for size, found in times.items()}


@pytest.mark.prove
async def test_a_page_of_a_long_log_is_an_index_look_up(postgres: Postgres, proof: Proof) -> None:
    urls = {size: postgres.new_database("log") for size in (SMALL, SIZE)}
    databases = {size: Database(url) for size, url in urls.items()}
    try:
        for size, url in urls.items():
            begin = time.perf_counter()
            await filled(url, size)
            proof.note(f"loading {size:,} entries with their indexes, seconds", round(time.perf_counter() - begin))
        for name, (filters, after) in searches(SIZE, 1).items():
            parts = nodes(await explained(databases[SIZE], filters, after))
            read = max(part["Actual Rows"] + part.get("Rows Removed by Filter", 0) for part in parts)
            used = {part["Index Name"] for part in parts if "Index Name" in part and part["Actual Rows"]}
            indexes = sorted({re.sub(r"access_log_(default|[\d_]+\d)_", "", index) for index in used})
            proof.note(f"{name}: rows read, by", f"{int(read)}, {', '.join(indexes)}")
            # Months without entries are read as they are: there is nothing in them.
            whole = [part for part in parts if part["Node Type"] == "Seq Scan"]
            assert not any(part["Actual Rows"] + part.get("Rows Removed by Filter", 0) for part in whole), (name, whole)
            assert not any(
                "Sort" in part["Node Type"] and part["Plans"][0]["Actual Rows"] > MOST_SORTED for part in parts
            ), name
            assert read <= MOST_ROWS_READ, (name, read)
        seen = await medians(databases)
    finally:
        for size, database in databases.items():
            await database.close()
            postgres.drop_database(urls[size])
    ratios = {name: seen[SIZE][name] / seen[SMALL][name] for name in seen[SIZE]}
    for name, ratio in ratios.items():
        times = f"{seen[SMALL][name]:.2f} and {seen[SIZE][name]:.2f}"
        proof.note(f"{name}: ms at {SMALL:,} and {SIZE:,} entries", f"{times}, {ratio:.1f} times")
    assert max(ratios.values()) <= MOST_TIMES_SLOWER
