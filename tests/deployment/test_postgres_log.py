"""PostgreSQL's log tells what failed, and nothing of the rows that it failed on."""

import asyncpg  # type: ignore[import-untyped]
import pytest
import sqlalchemy as sa

from chassis.bulk import copy_in
from chassis.database import Database
from stack.postgres import NO_ROWS_IN_LOG
from tests.deployment.composed import services
from tests.deployment.conftest import SERVICES, Cluster
from tests.support.postgres import Postgres

NAME = "Quillfeather"
people = sa.Table(
    "people", sa.MetaData(), sa.Column("name", sa.String(20), primary_key=True), sa.Column("notes", sa.JSON)
)
ADMINISTRATORS = (
    f"INSERT INTO people (name) VALUES ('{NAME}')",  # noqa: S608 - a made-up name
    f"INSERT INTO people (name, typing_error) VALUES ('{NAME}', 1)",  # noqa: S608 - a made-up name
    f"""SELECT '{{"name": "{NAME}", "age": \\u0000}}'::json""",
    "DO $$ BEGIN EXECUTE 'INSERT INTO people SELECT name FROM people'; END $$",
)
"""What fails as an administrator may have typed it."""


async def fail_with(server: Postgres, url: str) -> str:
    """What the server logs of statements that fail on rows with the name."""
    before = len(server.log)
    database = Database(url)
    async with database.write() as connection:
        await connection.run_sync(people.create)
        await connection.execute(sa.insert(people).values(name=NAME))
        await connection.commit()
    async with database.write() as connection:
        with pytest.raises(sa.exc.IntegrityError):
            await connection.execute(sa.insert(people).values(name=NAME))
    async with database.write() as connection:
        with pytest.raises(sa.exc.IntegrityError):
            await copy_in(connection, people, ("name",), [(NAME,)])
    async with database.write() as connection:
        with pytest.raises(sa.exc.DBAPIError, match="value too long"):
            await copy_in(connection, people, ("name",), [(NAME * 3,)])
    async with database.apart() as driver:
        for statement in ADMINISTRATORS:
            with pytest.raises(asyncpg.PostgresError):
                await driver.execute(statement)
    await database.close()
    return server.log[before:]


async def test_a_statement_that_fails_leaves_no_name_in_the_log(postgres: Postgres) -> None:
    url = postgres.new_database("log")
    logged = await fail_with(postgres, url)
    assert logged.count("duplicate key value violates unique constraint") >= 4
    assert "value too long" in logged
    assert "typing_error" in logged
    assert NAME not in logged
    postgres.drop_database(url)


def test_docker_compose_starts_it_with_the_same_settings() -> None:
    given = dict(word.removeprefix("-c").split("=") for word in services()["postgres"]["command"][1:])
    assert given.items() >= NO_ROWS_IN_LOG.items()


async def test_each_database_has_them_by_itself(cluster: Cluster) -> None:
    for service in SERVICES:
        connection = await asyncpg.connect(cluster.server.url_of(f"kith_{service}").replace("+asyncpg", ""))
        of_database = await connection.fetch(
            "SELECT name, setting FROM pg_settings WHERE source = 'database' AND name LIKE 'log_%'"
        )
        await connection.close()
        assert dict(of_database) == NO_ROWS_IN_LOG
