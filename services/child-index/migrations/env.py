"""Runs the migrations of the child index, from the service's start or from the `alembic` command."""

from chassis.migrations import run_env
from child_index.adapters.tables import metadata
from child_index.settings import PART, ChildIndexSettings

run_env(metadata, lambda: ChildIndexSettings().database_of(PART))
