"""The service as a whole: tables, health, and what it tells the gateway."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from chassis.database import Database
from chassis.migrations import upgrade
from child_index.adapters.tables import metadata
from contracts.routes import ROUTES, Service
from tests.child_index.kit import Index

MIGRATIONS = Path(__file__).parents[2] / "services" / "child-index" / "migrations"


async def test_the_migrations_make_the_tables_that_the_code_knows(database_url: str) -> None:
    database = Database(database_url)

    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "target_metadata": metadata})
        found = compare_metadata(context, metadata)
        return [each for each in found if "alembic_version" not in repr(each)]

    try:
        await upgrade(database, MIGRATIONS)
        async with database.read() as connection:
            assert await connection.run_sync(differences) == []
    finally:
        await database.close()


@pytest.mark.asyncio(loop_scope="session")
async def test_it_is_ready_and_documents_each_route(index: Index) -> None:
    assert (await index.client.get("/health/ready")).json()["status"] == "ready"
    document = (await index.client.get("/internal/openapi.json")).json()
    documented = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    assert documented == {(r.method, r.path) for r in ROUTES if r.service is Service.CHILD_INDEX}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert " " in operation["summary"].strip(), (method, path)
            assert operation["description"].strip(), (method, path)
            # FHIR's own form of a refusal is the gateway's to describe.
            assert {"403"} <= set(operation["responses"]) or path.startswith("/fhir/"), (method, path)
