"""What is told outside the inbox: the queue, by destination.

Revision: 0008b
After: 0008
"""

import sqlalchemy as sa
from alembic import op

from chassis.database import UtcDateTime

revision = "0008b"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "destinations",
        sa.Column("channel", sa.String(16), primary_key=True),
        sa.Column("destination_id", sa.String(64), primary_key=True),
        sa.Column("ready_at", UtcDateTime),
        sa.Column("priority", sa.Integer, nullable=False),
        sa.Column("claim_id", sa.String(36)),
        sa.Column("claimed_until", UtcDateTime),
        sa.Column("failing_since", UtcDateTime),
    )
    op.create_index("ix_destinations_ready", "destinations", ["ready_at", "priority"])
    op.create_table(
        "deliveries",
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
    )
    op.create_index(
        "ix_deliveries_queue", "deliveries", ["channel", "destination_id", "state", "priority", "delivery_id"]
    )
    op.create_index("ix_deliveries_child", "deliveries", ["child_id"])
    op.create_index("ix_deliveries_other_child", "deliveries", ["other_child_id"])


def downgrade() -> None:
    op.drop_table("deliveries")
    op.drop_table("destinations")
