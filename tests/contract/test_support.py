"""The servers that the other tests lean on are what they claim to be."""

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from tests.support.postgres import Postgres
from tests.support.processes import MissingProgram, program


async def test_each_kind_of_database_is_empty_and_writable(database_url: str) -> None:
    engine = create_async_engine(database_url)
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE child (id integer)"))
        await connection.execute(text("INSERT INTO child VALUES (1)"))
        assert (await connection.execute(text("SELECT count(*) FROM child"))).scalar_one() == 1
    await engine.dispose()


async def test_postgresql_keeps_what_it_acknowledged(postgres: Postgres) -> None:
    url = postgres.new_database("durable")
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            assert (await connection.execute(text(f"SHOW {setting}"))).scalar_one() == "on"
    await engine.dispose()
    postgres.drop_database(url)


def test_a_missing_program_is_named_with_what_to_install() -> None:
    with pytest.raises(MissingProgram, match=r"no-such-program.*apt-get install something"):
        program("no-such-program", install="apt-get install something")
