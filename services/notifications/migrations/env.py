"""Alembic's way in: the service at its start, or the `alembic` command with the service's own settings."""

from chassis.migrations import run_env
from contracts.routes import Service
from notifications.adapters.tables import metadata
from notifications.settings import NotificationsSettings

run_env(metadata, lambda: NotificationsSettings().database_of(Service.NOTIFICATIONS))
