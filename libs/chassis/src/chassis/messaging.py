"""The tables that every service has beside its own: outbox, consumer inbox, idempotency keys."""

import sqlalchemy as sa

from chassis.database import UtcDateTime


class MessagingTables:
    """Adds the shared tables to a service's metadata, so that its migrations own them like any other."""

    def __init__(self, metadata: sa.MetaData) -> None:
        self.outbox = sa.Table(
            "outbox",
            metadata,
            sa.Column(
                "seq",
                sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
                primary_key=True,
                autoincrement=True,
            ),
            sa.Column("event_id", sa.String(36), nullable=False, unique=True),
            sa.Column("topic", sa.String(100), nullable=False),
            sa.Column("key", sa.String(100), nullable=False),
            sa.Column("envelope", sa.Text, nullable=False),
            sa.Column("created_at", UtcDateTime, nullable=False),
        )
        self.inbox = sa.Table(
            "inbox",
            metadata,
            sa.Column("event_id", sa.String(36), primary_key=True),
            sa.Column("consumer", sa.String(60), primary_key=True),
            sa.Column("received_at", UtcDateTime, nullable=False),
            sqlite_with_rowid=False,
        )
        self.idempotency = sa.Table(
            "idempotency",
            metadata,
            sa.Column("caller", sa.String(100), primary_key=True),
            sa.Column("action", sa.String(60), primary_key=True),
            sa.Column("key", sa.String(200), primary_key=True),
            sa.Column("fingerprint", sa.String(64), nullable=False),
            sa.Column("status", sa.Integer, nullable=False),
            sa.Column("body", sa.JSON, nullable=False),
            sa.Column("created_at", UtcDateTime, nullable=False),
        )
