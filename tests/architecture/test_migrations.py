"""One migration head for each service, and migrations that make just the tables that the code expects."""

import importlib
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from chassis.database import Database
from chassis.migrations import upgrade
from contracts.routes import Service
from tests.architecture.conftest import PACKAGES, ROOT


def folder_of(service: Service) -> Any:
    return ROOT / "services" / service / "migrations"


@pytest.mark.parametrize("service", list(PACKAGES))
def test_there_is_one_head(service: Service) -> None:
    config = Config()
    config.set_main_option("script_location", str(folder_of(service)))
    assert len(ScriptDirectory.from_config(config).get_heads()) == 1


@pytest.mark.parametrize("service", list(PACKAGES))
async def test_the_migrations_make_the_tables_of_the_code(service: Service, database_url: str) -> None:
    metadata = importlib.import_module(f"{PACKAGES[service]}.adapters.tables").metadata
    database = Database(database_url)
    await upgrade(database, folder_of(service))
    await upgrade(database, folder_of(service))

    def compare(connection: sa.Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "target_metadata": metadata})
        return list(compare_metadata(context, metadata))

    async with database.read() as connection:
        assert await connection.run_sync(compare) == []
    await database.close()
