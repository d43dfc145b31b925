"""The tables of what is told outside the inbox."""

import sqlalchemy as sa

from chassis.database import UtcDateTime
from notifications.adapters.tables import metadata

destinations = sa.Table(
    "destinations",
    metadata,
    sa.Column("channel", sa.String(16), primary_key=True),
    sa.Column("destination_id", sa.String(64), primary_key=True),
    # When something is due there, as far as is known; nothing waits where it is null.
    sa.Column("ready_at", UtcDateTime),
    sa.Column("priority", sa.Integer, nullable=False),
    sa.Column("claim_id", sa.String(36)),
    sa.Column("claimed_until", UtcDateTime),
    sa.Column("failing_since", UtcDateTime),
    sa.Index("ix_destinations_ready", "ready_at", "priority"),
)

deliveries = sa.Table(
    "deliveries",
    metadata,
    sa.Column("delivery_id", sa.String(36), primary_key=True),
    sa.Column("channel", sa.String(16), nullable=False),
    sa.Column("destination_id", sa.String(64), nullable=False),
    sa.Column("recipient_id", sa.String(64), nullable=False),
    sa.Column("priority", sa.Integer, nullable=False),
    sa.Column("type", sa.String(60), nullable=False),
    sa.Column("notification_id", sa.String(36)),
    sa.Column("event_id", sa.String(36)),
    sa.Column("child_id", sa.String(36)),
    sa.Column("other_child_id", sa.String(36)),
    sa.Column("categories", sa.String(200), nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("due_at", UtcDateTime, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("code", sa.String(60)),
    sa.Column("ended_at", UtcDateTime),
    sa.Index("ix_deliveries_queue", "channel", "destination_id", "state", "priority", "delivery_id"),
    sa.Index("ix_deliveries_child", "child_id"),
    sa.Index("ix_deliveries_other_child", "other_child_id"),
)
