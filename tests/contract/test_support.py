"""The servers that the other tests lean on are what they claim to be."""

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from stack.programs import MissingProgram, program
from tests.support.postgres import Postgres


async def test_each_kind_of_database_is_empty_and_writable(database_url: str) -> None:
    engine = create_async_engine(database_url)
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE child (id integer)"))
        await connection.execute(text("INSERT INTO child VALUES (1)"))
        assert (await connection.execute(text("SELECT count(*) FROM child"))).scalar_one() == 1
    await engine.dispose()


async def test_postgresql_acknowledges_what_a_killed_process_keeps(postgres: Postgres) -> None:
    """It only saves the wait for the disk, without which a machine that loses power, and nothing less, loses rows."""
    url = postgres.new_database("kept")
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        shown = {
            setting: (await connection.execute(text(f"SHOW {setting}"))).scalar_one()
            for setting in ("synchronous_commit", "full_page_writes", "fsync")
        }
    assert shown == {"synchronous_commit": "on", "full_page_writes": "on", "fsync": "off"}
    await engine.dispose()
    postgres.drop_database(url)


def test_a_missing_program_is_named_with_what_to_install() -> None:
    with pytest.raises(MissingProgram, match=r"no-such-program.*apt-get install something"):
        program("no-such-program", install="apt-get install something")
