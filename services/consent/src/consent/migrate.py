"""`python -m consent.migrate`: brings the service's database up to date, and ends."""

from chassis.migrations import migrate, migrations_of
from contracts.routes import Service

if __name__ == "__main__":
    migrate(Service.CONSENT, migrations_of(__file__))
