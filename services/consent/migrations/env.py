"""Alembic's entry: the tables of the consent service."""

from chassis.migrations import run_env
from consent.adapters.tables import metadata
from consent.settings import ConsentSettings

run_env(metadata, lambda: ConsentSettings().database_of("consent"))
