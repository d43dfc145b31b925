"""Running a service's Alembic migrations, from its start or from the `alembic` command."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa
from alembic import command, context
from alembic.config import Config

from chassis.database import Database

_LOCK = 0x6B697468  # "kith": replicas that start together migrate one after the other


def migrations_of(package_file: str) -> Path:
    """The migrations folder of a service, from its `main.py`'s `__file__`."""
    return Path(package_file).resolve().parents[2] / "migrations"


async def upgrade(database: Database, folder: Path, revision: str = "head") -> None:
    def run(connection: sa.Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(folder).replace("%", "%%"))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)

    async with database.write() as connection:
        if not database.is_sqlite:
            await connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        await connection.run_sync(run)
        await connection.commit()


def run_env(metadata: sa.MetaData, database_url: Callable[[], str]) -> None:
    """The body of each service's `migrations/env.py`. `database_url` is asked only when `alembic` itself runs."""
    connection = context.config.attributes.get("connection")
    if connection is not None:
        _run(connection, metadata)
        return

    async def online() -> None:
        database = Database(database_url())
        async with database.write() as found:
            await found.run_sync(_run, metadata)
            await found.commit()
        await database.close()

    asyncio.run(online())


def _run(connection: sa.Connection, metadata: sa.MetaData) -> None:
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()
