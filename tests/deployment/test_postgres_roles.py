"""Least privilege on PostgreSQL: what each service's roles may do, and that the service needs no more."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg  # type: ignore[import-untyped]
import pytest
import sqlalchemy as sa

from chassis.database import Database
from chassis.ids import system_clock
from chassis.migrations import upgrade
from consent.settings import ConsentSettings
from contracts.events.child_index import ChildPurged
from tests.consent.kit import running_consent
from tests.consent.log.test_purge import settled_head
from tests.consent.scene import OFFICER, TEACHER, make_child, make_directory
from tests.deployment.conftest import SERVICES, Cluster

MIGRATIONS = Path(__file__).parents[2] / "services" / "consent" / "migrations"
LOG_TABLES = ("access_log", "log_waiting", "log_leaves", "log_nodes", "log_keys", "tree_heads", "alembic_version")


@pytest.fixture(scope="module")
def migrated(cluster: Cluster) -> Cluster:
    """Its tables made by the owner."""

    async def migrate() -> None:
        database = Database(cluster.owned_by("consent"))
        await upgrade(database, MIGRATIONS)
        await database.close()

    asyncio.run(migrate())
    return cluster


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    yield connection
    await connection.close()


async def refused(url: str, *statements: str) -> list[str]:
    """Those of the statements that are refused for want of the privilege. Nothing of any is kept."""
    found = []
    async with connected(url) as connection:
        for statement in statements:
            transaction = connection.transaction()
            await transaction.start()
            try:
                await connection.execute(statement)
            except asyncpg.InsufficientPrivilegeError:
                found.append(statement)
            await transaction.rollback()
    return found


async def test_a_role_comes_into_its_own_database_only(cluster: Cluster) -> None:
    for service in SERVICES:
        for role in (cluster.run_as, cluster.owned_by):
            async with connected(role(service)):
                pass
            for other in set(SERVICES) - {service}:
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await asyncpg.connect(role(service, other).replace("+asyncpg", ""))


async def test_nobody_else_comes_in(cluster: Cluster) -> None:
    async with connected(cluster.server.url_of("postgres")) as connection:
        await connection.execute("CREATE ROLE stranger LOGIN PASSWORD 'strange'")
    for service in SERVICES:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await asyncpg.connect(
                cluster.server.url_of(f"kith_{service}", "stranger", "strange").replace("+asyncpg", "")
            )


async def test_the_role_that_runs_makes_and_changes_no_table(migrated: Cluster) -> None:
    never = (
        "CREATE TABLE mine (id int)",
        "CREATE TEMPORARY TABLE mine (id int)",
        "CREATE SCHEMA mine",
        "CREATE ROLE mine",
        "ALTER TABLE consents ADD COLUMN mine int",
        "ALTER TABLE access_log DISABLE TRIGGER ALL",
        "CREATE INDEX mine ON consents (child_id)",
        "DROP TABLE consents",
        "TRUNCATE consents",
        "GRANT SELECT ON consents TO PUBLIC",
        "SET ROLE kith_consent_owner",
        "UPDATE alembic_version SET version_num = '0001'",
        "DELETE FROM alembic_version",
        "COPY consents TO '/tmp/mine'",
    )
    warned = {"GRANT SELECT ON consents TO PUBLIC"}  # PostgreSQL only warns; nothing is granted
    assert set(await refused(migrated.run_as("consent"), *never)) | warned == set(never)
    async with connected(migrated.run_as("consent")) as connection:
        await connection.execute("GRANT SELECT ON consents TO PUBLIC")
        assert not await connection.fetchval("SELECT has_table_privilege('public', 'consents', 'SELECT')")


async def test_what_is_in_the_log_stays(migrated: Cluster) -> None:
    """But for what a purge empties, and for when a head was handed out."""
    never = [
        *(str(sa.delete(sa.table(table))) for table in LOG_TABLES if table != "log_waiting"),
        *(f"TRUNCATE {table}" for table in LOG_TABLES),
        "UPDATE log_waiting SET leaf_hash = ''",
        "UPDATE log_leaves SET entry_id = ''",
        "UPDATE log_nodes SET hash = ''",
        "UPDATE log_keys SET public_key = '{}'",
        "UPDATE tree_heads SET root_hash = ''",
        "UPDATE tree_heads SET signature = ''",
        "UPDATE tree_heads SET tree_size = 0",
        "UPDATE access_log SET entry_id = ''",
        "UPDATE access_log SET leaf_hash = ''",
        "UPDATE access_log SET outcome = ''",
        "UPDATE access_log SET at = now()",
    ]
    needed = (
        "UPDATE access_log SET body = NULL, salt = NULL, viewer_id = NULL, agency_id = NULL, child_id = NULL,"
        " override_id = NULL",
        "UPDATE tree_heads SET published_at = now()",
        "DELETE FROM log_waiting",
    )
    assert await refused(migrated.run_as("consent"), *never, *needed) == never


async def test_tables_of_later_migrations_are_the_services_too(migrated: Cluster) -> None:
    async with connected(migrated.owned_by("consent")) as owner:
        await owner.execute("CREATE TABLE later (id serial PRIMARY KEY, told text)")
        await owner.execute("CREATE FUNCTION later_on() RETURNS int LANGUAGE sql AS 'SELECT 1'")
    try:
        may = (
            "INSERT INTO later (told) VALUES ('it') RETURNING id",
            "SELECT * FROM later",
            "UPDATE later SET told = ''",
            "DELETE FROM later",
            "SELECT later_on()",
        )
        assert await refused(migrated.run_as("consent"), *may) == []
        async with connected(migrated.owned_by("consent")) as owner:
            assert not await owner.fetchval("SELECT has_function_privilege('public', 'later_on()', 'EXECUTE')")
    finally:
        async with connected(migrated.owned_by("consent")) as owner:
            await owner.execute("DROP TABLE later; DROP FUNCTION later_on()")


async def test_the_role_that_runs_has_months_made_and_reaches_none_of_them_by_itself(migrated: Cluster) -> None:
    async with connected(migrated.run_as("consent")) as connection:
        assert await connection.fetchval("SELECT make_log_months(5)") == 2
        partitions = "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'access_log'::regclass"
        found = [row[0] for row in await connection.fetch(partitions)]
    assert len(found) == 7
    never = [f"{does} {name}" for name in found for does in ("TABLE", "DROP TABLE", "TRUNCATE", "DELETE FROM")]
    assert await refused(migrated.run_as("consent"), *never) == never


async def test_the_service_needs_no_more(migrated: Cluster, tmp_path: Path) -> None:
    """A look, its place in the tree, blocks, both purges and an export: all under the role that runs."""
    settings = ConsentSettings(
        data_dir=tmp_path, database_url=migrated.run_as("consent"), migrate_at_start=False, log_retention_days=1
    )
    ahead = timedelta(0)
    async with running_consent(settings, lambda: system_clock() + ahead) as consent:
        await make_directory(consent)
        child_id, other = await make_child(consent), await make_child(consent)
        block = {"viewer": {"type": "practitioner", "id": TEACHER}, "categories": ["education"]}
        for each in (child_id, other):
            assert (await consent.call(TEACHER, "GET", f"/v1/children/{each}/viewers")).status_code == 200
            placed = await consent.call("sam-sw", "POST", f"/v1/children/{each}/blocks", block)
            assert placed.status_code == 201
        await settled_head(consent)
        await consent.tell(ChildPurged(child_id=child_id))
        ahead = timedelta(days=3)
        before = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
        purged = await consent.call(OFFICER, "POST", "/v1/access-log/purges", {"before": before})
        assert purged.status_code == 200, purged.text
        assert purged.json()["entries"] > 0
        await settled_head(consent)
        assert (await consent.call(OFFICER, "GET", "/v1/access-log/export")).status_code == 200


def test_nothing_is_made_without_every_password(cluster: Cluster) -> None:
    done = cluster.prepare("consent", "notifications", without="KITH_NOTIFICATIONS_OWNER_PASSWORD")
    assert (done.returncode, done.stdout) == (2, "")
    assert "KITH_NOTIFICATIONS_OWNER_PASSWORD is not set" in done.stderr
    assert cluster.prepare("payroll").returncode == 2
