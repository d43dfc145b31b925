"""Running a service's Alembic migrations, from its start, as a job or from the `alembic` command.

On PostgreSQL each migration is a transaction of its own, and jobs that run at once take turns. The rule that keeps the
release before running beside a migrated database is in `CONTRIBUTING.md`.
"""

import asyncio
import sys
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command, context, op
from alembic.config import Config
from sqlalchemy.exc import DBAPIError

from chassis.database import Database
from chassis.errors import KithError
from chassis.privileges import narrow
from chassis.settings import DatabaseSettings
from chassis.timeouts import Timeouts

_LOCK = 0x6B697468  # "kith": replicas that start together migrate one after the other
_LOOKS_AGAIN = 0.2
"""Seconds between two looks whether another job is through."""
_NO_LIMITS = Timeouts(statement=0, lock=10, idle=0)
"""A migration takes as long as it takes, but it does not queue for a table for longer than this: whoever asks for that
table would queue behind it. It fails then with nothing done, and the job is run again."""


def migrations_of(package_file: str) -> Path:
    """The migrations folder of a service, from its `main.py`'s `__file__`."""
    return Path(package_file).resolve().parents[2] / "migrations"


async def upgrade(database: Database, folder: Path, revision: str = "head") -> None:
    def run(connection: sa.Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(folder).replace("%", "%%"))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)

    await _alone(database, run)


def migrate(part: str, folder: Path) -> None:
    """`python -m <service>.migrate`: the job that runs before the service's processes, which then migrate nothing
    themselves. Exits with a reason when it cannot be done."""

    async def run(settings: DatabaseSettings) -> None:
        database = Database(settings.database_of(part), timeouts=settings.database_timeouts)
        try:
            await upgrade(database, folder)
        finally:
            await database.close()

    try:
        asyncio.run(run(DatabaseSettings()))
    except (KithError, ValueError, OSError, DBAPIError) as error:
        # Of the driver's own errors the kind only: their text has what was being written.
        reason = f"{type(error.orig).__qualname__}" if isinstance(error, DBAPIError) else str(error)
        sys.exit(f"{part} is not migrated: {reason}")


def add_index(name: str, table: str, columns: Sequence[str], **options: Any) -> None:
    """An index on a table that there is already, made beside those who write to it. For migrations, as the last thing
    that one does: what it did before is committed first. Not for a partitioned table, whose partitions need theirs
    first (`CONTRIBUTING.md`)."""
    if op.get_bind().dialect.name != "postgresql":
        op.create_index(name, table, columns, **options)
        return
    with op.get_context().autocommit_block():
        # It waits for whoever began before it, and keeps nobody waiting meanwhile.
        op.execute("SET lock_timeout = 0")
        # What an earlier attempt left behind that was cut off is of no use.
        op.drop_index(name, if_exists=True, postgresql_concurrently=True)
        op.create_index(name, table, columns, postgresql_concurrently=True, **options)
        op.execute("RESET lock_timeout")


def run_env(metadata: sa.MetaData, database_url: Callable[[], str]) -> None:
    """The body of each service's `migrations/env.py`. `database_url` is asked only when `alembic` itself runs."""
    connection = context.config.attributes.get("connection")
    if connection is not None:
        _run(connection, metadata)
        return

    async def online() -> None:
        database = Database(database_url())
        await _alone(database, lambda found: _run(found, metadata))
        await database.close()

    asyncio.run(online())


async def _alone(database: Database, run: Callable[[sa.Connection], None]) -> None:
    """Runs it while no other job migrates this database."""
    if database.is_sqlite:
        async with database.write() as connection:
            await connection.run_sync(run)
            await connection.commit()
        return
    limits = _NO_LIMITS._replace(connect=database.timeouts.connect)
    own = Database(database.url.render_as_string(hide_password=False), pool_size=1, timeouts=limits)
    try:
        async with own.write() as connection:
            # Asked for again and again: a statement that waits holds a snapshot, and CREATE INDEX CONCURRENTLY of the
            # job whose turn it is would wait for that.
            while not (await connection.execute(sa.select(sa.func.pg_try_advisory_lock(_LOCK)))).scalar_one():
                await connection.rollback()
                await asyncio.sleep(_LOOKS_AGAIN)
            await connection.commit()
            await connection.run_sync(run)
    finally:
        await own.close()  # and with its connection goes the lock


def whole_tables(connection: sa.Connection) -> Callable[[str | None, str, Any], bool]:
    """Alembic's `include_name` for comparing a database with the tables of the code, which know of no partitions."""

    @cache
    def partitions() -> frozenset[str]:  # asked for when something is compared: a migration begins with no transaction
        if connection.dialect.name != "postgresql":
            return frozenset()
        return frozenset(connection.scalars(sa.text("SELECT relname FROM pg_class WHERE relispartition")))

    return lambda name, kind, _parents: kind != "table" or name not in partitions()


def _run(connection: sa.Connection, metadata: sa.MetaData) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        include_name=whole_tables(connection),
        render_as_batch=True,
        compare_type=True,
        transaction_per_migration=connection.dialect.name == "postgresql",
    )
    with context.begin_transaction():
        context.run_migrations()
    if connection.dialect.name == "postgresql":
        narrow(connection, metadata)
        connection.commit()
