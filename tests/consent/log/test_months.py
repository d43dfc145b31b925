"""The access log in months (PostgreSQL): each entry has its place, whatever the clock says, and is found there."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.bulk import insert_rows
from chassis.database import Database
from chassis.ids import new_id, system_clock, time_of
from chassis.migrations import migrations_of, upgrade
from consent import worker
from consent.adapters.log_repository import LogRepository
from consent.adapters.tables import access_log
from consent.application.log_months import AHEAD
from consent.application.log_rows import sealed
from tests.consent.conftest import SetClock
from tests.consent.kit import Consent
from tests.consent.scene import OFFICER, TEACHER, make_child
from tests.consent.shared import Prepared
from tests.consent.test_decisions_together import one_entry, over_one_connection, recorded
from tests.support.postgres import Postgres

MIGRATIONS = migrations_of(worker.__file__)


def entry(at: datetime) -> dict[str, Any]:
    told = {"viewer_id": "tia", "agency_id": "elm", "action": "child.read", "outcome": "permitted"}
    return {**sealed(told, at), "override_id": None}


def month_of(at: datetime) -> str:
    return at.astimezone(UTC).strftime("access_log_%Y_%m")


def ahead(months: int) -> datetime:
    """The first moment of a month."""
    year, month = divmod(system_clock().year * 12 + system_clock().month - 1 + months, 12)
    return datetime(year, month + 1, 1, tzinfo=UTC)


async def months(connection: AsyncConnection) -> set[str]:
    found = await connection.scalars(
        sa.text("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'access_log'::regclass")
    )
    return set(found)


async def places(connection: AsyncConnection, rows: Sequence[dict[str, Any]]) -> list[str]:
    found = await connection.execute(sa.text("SELECT entry_id, tableoid::regclass::text AS place FROM access_log"))
    by_id = {row.entry_id: row.place for row in found}
    return [by_id[row["entry_id"]] for row in rows]


@pytest.fixture
async def database(prepared: Prepared, tmp_path: Path) -> AsyncIterator[Database]:
    found = Database(await prepared.copied_to(tmp_path, "postgresql", authority=False))
    yield found
    await found.close()


async def test_what_was_logged_before_is_kept_as_one_partition(postgres: Postgres) -> None:
    database = Database(postgres.new_database("before"))
    await upgrade(database, MIGRATIONS, "0015")
    async with database.write() as connection:
        # It came later, and the code of today reads it.
        await connection.execute(sa.text("ALTER TABLE involvements ADD COLUMN shared JSON"))
        await connection.commit()
    old = [entry(datetime(2019, 5, 1, tzinfo=UTC)), entry(system_clock())]
    late = [entry(ahead(2) + timedelta(days=9)), entry(datetime(2090, 1, 1, tzinfo=UTC))]
    async with database.write() as connection:
        await insert_rows(connection, access_log, [*old, *late])
        kept = (await connection.execute(sa.select(access_log).order_by(access_log.c.entry_id))).all()
        await connection.commit()
    async with over_one_connection(database) as decisions:  # of a process that runs on while the log is changed
        await decisions("before", [new_id()], False, one_entry)
        await upgrade(database, MIGRATIONS, "0016")
        await decisions("after", [new_id()], False, one_entry)
    assert (await recorded(database, "before"), await recorded(database, "after")) == (1, 1)
    async with database.read() as connection:
        again = (await connection.execute(sa.select(access_log).order_by(access_log.c.entry_id))).all()
        assert [row for row in again if row.viewer_id == "tia"] == kept
        of_old, of_late = ["access_log_before"] * 2, [month_of(ahead(2)), "access_log_default"]
        assert await places(connection, [*old, *late]) == of_old + of_late
        coming = {month_of(ahead(n)) for n in range(1, AHEAD + 1)}
        assert await months(connection) == {"access_log_before", "access_log_default"} | coming
    await database.close()


async def test_months_are_made_ahead_and_take_what_was_put_elsewhere(database: Database) -> None:
    """By several at once, as often as they like."""
    rows = [entry(moment) for moment in (ahead(4), ahead(5) - timedelta(microseconds=1), ahead(5), ahead(0))]
    async with database.write() as connection:
        assert await months(connection) == {month_of(ahead(n)) for n in range(AHEAD + 1)} | {"access_log_default"}
        await insert_rows(connection, access_log, rows)
        assert await places(connection, rows) == ["access_log_default"] * 3 + [month_of(ahead(0))]
        await connection.commit()

    async def make() -> int:
        async with database.write() as connection:
            made = await LogRepository(connection).make_months(AHEAD + 1)
            await connection.commit()
            return made

    assert sorted(await asyncio.gather(*(make() for _ in range(3)))) == [0, 0, 1]
    async with database.read() as connection:
        assert await places(connection, rows) == [month_of(ahead(4))] * 2 + ["access_log_default", month_of(ahead(0))]


@pytest.mark.parametrize("consent", ["postgresql"], indirect=True)
async def test_no_entry_is_refused_or_lost_whatever_the_clock_says(consent: Consent, clock: SetClock) -> None:
    child_id = await make_child(consent)
    jumps = (timedelta(0), timedelta(days=20_000), timedelta(days=-9_000), timedelta(days=40))
    for clock.by in jumps:
        assert (await consent.call(TEACHER, "GET", f"/v1/children/{child_id}/viewers")).status_code == 200
    clock.by = timedelta(0)
    seen = (await consent.call(OFFICER, "GET", f"/v1/access-log?child_id={child_id}")).json()["items"]
    looks = [each for each in seen if each["viewer_id"] == TEACHER]
    times = [datetime.fromisoformat(each["at"]) for each in looks]
    assert len(looks) == len(jumps)
    assert times == sorted(times, reverse=True)
    async with asyncio.timeout(30):
        for look in looks:  # each by itself: with such clocks the newest by its time need not be the last
            path = f"/v1/access-log/inclusion-proof?entry_id={look['entry_id']}"
            while (await consent.call(OFFICER, "GET", path)).status_code == 409:
                await asyncio.sleep(0.05)
            assert (await consent.call(OFFICER, "GET", path)).status_code == 200
    export = (await consent.call(OFFICER, "GET", "/v1/access-log/export")).text
    assert all(look["entry_id"] in export for look in looks)
    async with consent.app.state.reading() as uow:
        places_of = Counter(await places(uow.connection, looks))
    assert places_of == Counter({"access_log_default": 2, month_of(times[1]): 1, month_of(times[2]): 1})


async def test_what_names_an_entry_reads_its_month_alone(database: Database) -> None:
    """Look-ups by id, an export, a purge and a search that says when: PostgreSQL's own account of what it read."""
    rows = [entry(system_clock()) for _ in range(3)]
    async with database.write() as connection:
        log = LogRepository(connection)
        await log.append(rows)
        await log.take_waiting(10)
        await log.sequence([row["entry_id"] for row in rows], 1000, [])
        sent: list[tuple[str, Any]] = []

        def note(_c: Any, _k: Any, statement: str, parameters: Any, _x: Any, _m: Any) -> None:
            sent.append((statement, parameters))

        engine = database.engine.sync_engine
        sa.event.listen(engine, "before_cursor_execute", note)
        try:
            assert await log.get(rows[0]["entry_id"]) is not None
            assert len([row async for row in log.leaves(1000, 1003)]) == 3
            week = {"from": system_clock() - timedelta(days=7), "to": system_clock()}
            if week["from"] >= ahead(0):
                await log.search(week, None, 10)
        finally:
            sa.event.remove(engine, "before_cursor_execute", note)
        about = [each for each in sent if "FROM access_log" in each[0]]
        now = {month_of(system_clock() + timedelta(hours=by)) for by in (-2, 0, 2)}
        assert len(about) >= 2
        for statement, parameters in about:
            plan = await connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", tuple(parameters))
            assert tables_read(plan.scalar_one()[0]["Plan"]) <= now, statement
        await connection.rollback()


def tables_read(plan: dict[str, Any]) -> set[str]:
    own = {plan["Relation Name"]} if "Relation Name" in plan and plan.get("Actual Loops", 0) else set()
    found = own.union(*(tables_read(each) for each in plan.get("Plans", [])))
    return {name for name in found if name.startswith("access_log")}


def test_an_id_tells_when_it_was_made() -> None:
    before = system_clock()
    told = time_of(new_id())
    assert told is not None
    assert abs(told - before) < timedelta(seconds=5)
    of_the_rfc = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"  # RFC 9562, A.6
    assert time_of(of_the_rfc) == datetime(2022, 2, 22, 19, 22, 22, tzinfo=UTC)
    for other in ("", "x", "00000000-0000-4000-8000-000000000000", "ffffffff-ffff-7fff-bfff-ffffffffffff"):
        assert time_of(other) is None
