"""`python -m notifications.migrate`: brings the service's database up to date, and ends."""

from chassis.migrations import migrate, migrations_of
from contracts.routes import Service

if __name__ == "__main__":
    migrate(Service.NOTIFICATIONS, migrations_of(__file__))
