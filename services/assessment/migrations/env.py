"""Alembic's way in: the service at its start, or the `alembic` command with the service's own settings."""

from assessment.adapters.lifecycle_tables import metadata
from assessment.settings import AssessmentSettings
from chassis.migrations import run_env
from contracts.routes import Service

run_env(metadata, lambda: AssessmentSettings().database_of(Service.ASSESSMENT))
