"""The one hot path: facts, decision and log row in one transaction, by the driver of the database at hand."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from chassis.database import Database
from consent.adapters.postgres_decisions import PostgresDecisions
from consent.adapters.sqlite_decisions import SqliteDecisions

Decisions = SqliteDecisions | PostgresDecisions


def decisions_of(database: Database, *, account_ids_are_identities: bool) -> Decisions:
    kind = SqliteDecisions if database.is_sqlite else PostgresDecisions
    return kind(database, account_ids_are_identities=account_ids_are_identities)


@asynccontextmanager
async def closing(decisions: Decisions) -> AsyncIterator[None]:
    """Gives back what the transaction holds, when the service stops."""
    try:
        yield
    finally:
        await decisions.close()
