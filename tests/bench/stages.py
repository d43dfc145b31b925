"""Measures the yearly report on stages over 50,000 children: `python -m tests.bench.stages`.

The whole of it, query and suppression, against a plain count of the same table in the same run, on each database. Both
are asked in turn, and the medians are compared.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory

import sqlalchemy as sa

from assessment.adapters.stage_policy_file import load_stage_policy
from assessment.adapters.tables import messaging, services, stages
from assessment.adapters.unit_of_work import SqlUnitOfWork
from assessment.application.set_stage import report_stages
from assessment.settings import BUILT_IN_STAGES
from chassis.bulk import insert_rows
from chassis.database import Database
from chassis.ids import new_id, system_clock
from chassis.migrations import upgrade
from tests.support.postgres import private_postgres

CHILDREN, SCHOOLS, ROUNDS = 50_000, 120, 31
MIGRATIONS = Path(__file__).resolve().parents[2] / "services" / "assessment" / "migrations"


async def fill(database: Database) -> None:
    random, now = Random(20_261), datetime.now(UTC)
    schools = [f"school-{number}" for number in range(SCHOOLS)]
    rows = [
        {
            "stage_id": new_id(),
            "child_id": new_id(),
            "stage": random.choices((1, 2, 3, 4), (60, 25, 11, 4))[0],
            "reason": "Needs of several kinds, talked over with the family at the school",
            "criteria": ["some-needs"],
            "agreed_by": ["parent"],
            "policy_version": "1",
            "set_by": "sw",
            "set_at": now - timedelta(days=random.randrange(1, 300)),
            "ended_at": None,
            "closed_at": None,
            "school_id": random.choice([*schools, None]),
            "duplicate": False,
        }
        for _ in range(CHILDREN)
    ]
    named = [{"service_id": each, "name": each, "is_school": True, "version": 1} for each in schools]
    async with database.write(patient=True) as connection:
        await insert_rows(connection, services, named)
        await insert_rows(connection, stages, rows)
        await connection.commit()
    if not database.is_sqlite:
        async with database.write() as connection:
            await connection.execute(sa.text("ANALYZE stages"))
            await connection.commit()


async def measure(kind: str, url: str) -> None:
    database, policy = Database(url), load_stage_policy(BUILT_IN_STAGES)
    await upgrade(database, MIGRATIONS)
    await fill(database)

    async def plain() -> None:
        async with database.read() as connection:
            count = (await connection.execute(sa.select(sa.func.count()).select_from(stages))).scalar_one()
            assert count == CHILDREN

    async def report() -> None:
        async with SqlUnitOfWork(database, messaging, system_clock, "urn:kith:bench", read_only=True) as uow:
            found = await report_stages(uow, policy, datetime.now(UTC).year)
            assert sum(each or 0 for each in found.totals.values()) == CHILDREN

    took: dict[str, list[float]] = {"plain": [], "report": []}
    for _ in range(ROUNDS):
        for name, work in (("plain", plain), ("report", report)):
            took[name].append(await _seconds(work))
    await database.close()
    counted, reported = median(took["plain"]), median(took["report"])
    print(
        f"  {kind:<12} count {counted * 1000:6.1f} ms   report {reported * 1000:6.1f} ms   "
        f"ratio {reported / counted:.1f}",
        flush=True,
    )


async def _seconds(work: Callable[[], Awaitable[None]]) -> float:
    began = time.perf_counter()
    await work()
    return time.perf_counter() - began


def main() -> None:
    print(f"the report on stages, {CHILDREN} children in {SCHOOLS} schools, against a plain count")
    with TemporaryDirectory() as folder, private_postgres() as postgres:
        asyncio.run(measure("SQLite", f"sqlite+aiosqlite:///{folder}/assessment.sqlite3"))
        asyncio.run(measure("PostgreSQL", postgres.new_database("assessment")))


if __name__ == "__main__":
    main()
