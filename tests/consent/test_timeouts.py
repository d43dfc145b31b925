"""What takes PostgreSQL too long is given up: 503, and nothing of it is kept."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from chassis.database import Database, is_away
from chassis.timeouts import Timeouts
from consent.settings import ConsentSettings
from tests.consent.kit import Consent, running_consent
from tests.consent.scene import SOCIAL_WORKER, TEACHER, make_child
from tests.consent.shared import Prepared

LIMIT = 1.0
LONG = 8
"""Seconds; each far more than what is needed beside it on a busy machine."""


async def impatient(prepared: Prepared, folder: Path, **limits: Any) -> ConsentSettings:
    url = await prepared.copied_to(folder, "postgresql", authority=True)
    return ConsentSettings(data_dir=folder, database_url=url, **limits)


@asynccontextmanager
async def held_up(url: str, *tables: str) -> AsyncIterator[None]:
    """Whoever writes to a table sleeps there."""
    database = Database(url)
    async with database.write() as connection:
        await connection.exec_driver_sql(
            "CREATE FUNCTION held_up() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN PERFORM pg_sleep({LONG}); RETURN NEW; END $$"
        )
        for table in tables:
            await connection.exec_driver_sql(
                f"CREATE TRIGGER held_up AFTER INSERT ON {table} FOR EACH STATEMENT EXECUTE FUNCTION held_up()"
            )
        await connection.commit()
    yield
    async with database.write() as connection:
        await connection.exec_driver_sql("DROP FUNCTION held_up CASCADE")
        await connection.commit()
    await database.close()


def is_given_up(answer: httpx.Response) -> bool:
    return answer.status_code == 503 and answer.json()["type"] == "urn:kith:problem:unavailable"


async def looks(consent: Consent, child_id: str) -> int:
    async with consent.app.state.reading() as uow:
        query = sa.text("SELECT count(*) FROM access_log WHERE child_id = :child AND action = 'child.read'")
        return int((await uow.connection.execute(query, {"child": child_id})).scalar_one())


async def test_a_statement_past_its_time_is_given_up_with_all_of_its_transaction(
    prepared: Prepared, tmp_path: Path
) -> None:
    settings = await impatient(prepared, tmp_path, database_statement_seconds=LIMIT)
    async with running_consent(settings) as consent:
        child_id = await make_child(consent)
        look = {"action": "child.read", "subject": "child", "purpose": "direct-support", "categories": ["basics"]}
        block = {"viewer": {"type": "practitioner", "id": TEACHER}, "categories": ["education"]}

        async def decide() -> httpx.Response:
            return await consent.decide(TEACHER, **look, child_id=child_id)

        async def place() -> httpx.Response:
            return await consent.call(SOCIAL_WORKER, "POST", f"/v1/children/{child_id}/blocks", block)

        assert (await decide()).status_code == 200
        async with held_up(settings.database_url, "access_log"):
            began = time.monotonic()
            # Together, and over connections that were used before: given up once, not asked again one by one.
            assert all(is_given_up(each) for each in await asyncio.gather(*(decide() for _ in range(12))))
            assert time.monotonic() - began < LONG
        async with held_up(settings.database_url, "outbox"):
            assert is_given_up(await place())
        async with consent.app.state.reading() as uow:
            assert (await uow.connection.execute(sa.text("SELECT count(*) FROM blocks"))).scalar_one() == 0
        assert await looks(consent, child_id) == 1
        assert (await decide()).status_code == 200
        assert (await place()).status_code == 201


async def test_a_lock_that_does_not_come_is_given_up(prepared: Prepared, tmp_path: Path) -> None:
    settings = await impatient(prepared, tmp_path, database_lock_seconds=LIMIT)
    async with running_consent(settings) as consent:
        child_id = await make_child(consent)
        look = {"action": "child.read", "subject": "child", "purpose": "direct-support", "categories": ["basics"]}
        other = Database(settings.database_url)
        async with other.write() as connection:
            await connection.exec_driver_sql("LOCK TABLE log_waiting IN ACCESS EXCLUSIVE MODE")
            assert is_given_up(await consent.decide(TEACHER, **look, child_id=child_id))
        await other.close()
        assert await looks(consent, child_id) == 0
        assert (await consent.decide(TEACHER, **look, child_id=child_id)).status_code == 200


async def test_jobs_are_exempt_and_what_is_idle_is_ended(prepared: Prepared, tmp_path: Path) -> None:
    url = await prepared.copied_to(tmp_path, "postgresql", authority=False)
    database = Database(url, pool_size=1, timeouts=Timeouts(statement=0.5, lock=0.5, idle=0.5))
    for connect in (database.read, database.write):
        async with connect(patient=True) as connection:
            await connection.execute(sa.text("SELECT pg_sleep(0.7)"))
            await asyncio.sleep(0.7)
            await connection.execute(sa.text("SELECT 1"))
        with pytest.raises(sa.exc.DBAPIError) as late:  # the same connection, limited again
            async with connect() as connection:
                await connection.execute(sa.text("SELECT pg_sleep(5)"))
        assert is_away(late.value)
    async with database.read() as connection:
        await connection.execute(sa.text("SELECT 1"))
        await asyncio.sleep(0.8)
        with pytest.raises(sa.exc.DBAPIError) as idle:
            await connection.execute(sa.text("SELECT 1"))
    assert is_away(idle.value)
    await database.ping()
    await database.close()
