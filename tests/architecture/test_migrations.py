"""One migration head for each service, and migrations that make just the tables that the code expects, beside the
release before, by one job at a time."""

import asyncio
import importlib
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import Script, ScriptDirectory

from chassis.database import Database
from chassis.migrations import upgrade, whole_tables
from contracts.routes import Service
from tests.architecture.conftest import PACKAGES, ROOT
from tests.architecture.migration_rules import breaks, locks, recorded
from tests.support.postgres import Postgres

BASELINE = {
    Service.CONSENT: "0016",
    Service.CHILD_INDEX: "0016",
    Service.ASSESSMENT: "0001",
    Service.NOTIFICATIONS: "0006",
}
"""Migrations up to these were made before two releases ran side by side."""


def folder_of(service: Service) -> Path:
    return ROOT / "services" / service / "migrations"


def script_of(folder: Path) -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(folder))
    return ScriptDirectory.from_config(config)


@pytest.mark.parametrize("service", list(PACKAGES))
def test_there_is_one_head(service: Service) -> None:
    assert len(script_of(folder_of(service)).get_heads()) == 1


@pytest.mark.parametrize("service", list(PACKAGES))
async def test_the_migrations_make_the_tables_of_the_code(service: Service, database_url: str) -> None:
    """By two jobs at once: each waits for the other, and finds nothing left to do or does it all."""
    metadata = importlib.import_module(f"{PACKAGES[service]}.adapters.tables").metadata
    database, other = Database(database_url), Database(database_url)
    if database.is_sqlite:  # one process has its file
        await upgrade(database, folder_of(service))
        await upgrade(database, folder_of(service))
    else:
        await asyncio.gather(*(upgrade(each, folder_of(service)) for each in (database, other)))

    def compare(connection: sa.Connection) -> list[Any]:
        opts = {"compare_type": True, "target_metadata": metadata, "include_name": whole_tables(connection)}
        context = MigrationContext.configure(connection, opts=opts)
        return list(compare_metadata(context, metadata))

    async with database.read() as connection:
        assert await connection.run_sync(compare) == []
    await database.close()
    await other.close()


async def broken_rules(url: str, folder: Path, baseline: str) -> dict[str, list[str]]:
    """What each migration after the baseline does that it may not, by revision."""
    scripts = [each for each in script_of(folder).walk_revisions() if each.revision > baseline]
    if not scripts:
        return {}
    database = Database(url)
    await upgrade(database, folder, baseline)
    found = {}
    for script in reversed(scripts):
        with recorded() as operations:
            await upgrade(database, folder, script.revision)
        assert operations, script.path
        broken = locks(operations) + ([] if _contracts(script) else breaks(operations))
        if broken:
            found[script.revision] = broken
    await database.close()
    return found


def _contracts(script: Script) -> bool:
    """Whether the migration takes away what an earlier one made unneeded, and names that one."""
    expanded = getattr(script.module, "contracts_after", None)
    assert expanded is None or expanded < script.revision, f"{script.path}: contracts_after is no earlier revision"
    return expanded is not None


@pytest.mark.parametrize("service", list(PACKAGES))
async def test_the_release_before_goes_on_beside_each_migration(service: Service, postgres: Postgres) -> None:
    url = postgres.new_database("beside")
    assert await broken_rules(url, folder_of(service), BASELINE[service]) == {}
    postgres.drop_database(url)


MADE_UP = (
    ("op.add_column('t', sa.Column('b', sa.Integer, nullable=False))", "adds t.b, NOT NULL without a server default"),
    ("op.add_column('t', sa.Column('c', sa.Integer, nullable=False, server_default='1'))", None),
    ("op.add_column('t', sa.Column('d', sa.Integer))", None),
    ("op.alter_column('t', 'd', type_=sa.BigInteger)", "changes the type of t.d"),
    ("op.alter_column('t', 'd', nullable=False)", "takes NULL from t.d"),
    ("op.alter_column('t', 'd', nullable=True)", None),
    ("op.alter_column('t', 'd', new_column_name='e')", "renames t.d"),
    ("op.create_unique_constraint('only', 't', ['e'])", "adds constraint only"),
    ("op.create_index('slow', 't', ['e'])", "index slow without add_index"),
    ("add_index('quick', 't', ['e'])", None),
    ("op.execute('ALTER TABLE t RENAME COLUMN e TO f')", "executes RENAME"),
    ("with op.batch_alter_table('t') as batch: batch.drop_column('f')", "drops t.f"),
    ("op.create_table('u', sa.Column('a', sa.Integer)); op.create_index('own', 'u', ['a'])", None),
    ("op.rename_table('u', 'v')", "renames table u"),
    ("contracts_after", None),
    ("op.execute('DROP TABLE t')", "executes DROP TABLE"),
)


async def test_the_rule_is_held(postgres: Postgres, tmp_path: Path) -> None:
    """Migrations that were made up to break it, each of which is told by what it breaks."""
    (tmp_path / "versions").mkdir()
    (tmp_path / "env.py").write_text(
        "import sqlalchemy as sa\nfrom chassis.migrations import run_env\nrun_env(sa.MetaData(), lambda: '')\n"
    )
    steps = [("op.create_table('t', sa.Column('a', sa.Integer))", None), *MADE_UP]
    for number, (step, _) in enumerate(steps, start=1):
        after = f"{number - 1:04}" if number > 1 else None
        does, declares = ("op.drop_table('v')", "contracts_after = '0014'") if step == "contracts_after" else (step, "")
        (tmp_path / "versions" / f"{number:04}.py").write_text(
            "import sqlalchemy as sa\nfrom alembic import op\nfrom chassis.migrations import add_index\n"
            f"revision, down_revision = '{number:04}', {after!r}\n{declares}\n\ndef upgrade() -> None:\n    {does}\n"
        )
    url = postgres.new_database("rule")
    expected = {f"{number:04}": [told] for number, (_, told) in enumerate(steps, start=1) if told}
    assert await broken_rules(url, tmp_path, "0001") == expected
    postgres.drop_database(url)
