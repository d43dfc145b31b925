"""Inboxes that are live: each entry's place among its recipient's, what is put off, covered, chosen and escalated, and
who is in the team around a child.

Revision: 0009
After: 0008b
"""

import sqlalchemy as sa
from alembic import op

from chassis.database import UtcDateTime
from chassis.migrations import add_index

revision = "0009"
down_revision = "0008b"
branch_labels = None
depends_on = None

_OF_AN_ENTRY = (
    ("number", sa.BigInteger()),
    ("audience", sa.String(40)),
    ("snoozed_until", UtcDateTime()),
    ("covers_for", sa.String(64)),
    ("agency_id", sa.String(64)),
    ("signal_id", sa.String(36)),
    ("escalate_at", UtcDateTime()),
)


def upgrade() -> None:
    op.create_table(
        "recipients",
        sa.Column("recipient_id", sa.String(64), primary_key=True),
        sa.Column("last_number", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "gone_entries",
        sa.Column("notification_id", sa.String(36), primary_key=True),
        sa.Column("recipient_id", sa.String(64), nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("gone_at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_gone_entries_at", "gone_entries", ["gone_at"])
    op.create_table(
        "choices",
        sa.Column("recipient_id", sa.String(64), primary_key=True),
        sa.Column("type", sa.String(40), primary_key=True),
        sa.Column("inbox", sa.Boolean, nullable=False),
        sa.Column("child_id", sa.String(36)),
    )
    op.create_index("ix_choices_child", "choices", ["child_id"])
    op.create_table(
        "covers",
        sa.Column("cover_id", sa.String(36), primary_key=True),
        sa.Column("practitioner_id", sa.String(64), nullable=False),
        sa.Column("colleague_id", sa.String(64), nullable=False),
        sa.Column("starts_at", UtcDateTime, nullable=False),
        sa.Column("ends_at", UtcDateTime, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_covers_practitioner", "covers", ["practitioner_id"])
    op.create_index("ix_covers_colleague", "covers", ["colleague_id"])
    op.create_table(
        "team_members",
        sa.Column("membership_id", sa.String(36), primary_key=True),
        sa.Column("child_id", sa.String(36), nullable=False),
        sa.Column("practitioner_id", sa.String(64), nullable=False),
        sa.Column("ended", sa.Boolean, nullable=False),
    )
    op.create_index("ix_team_members_child", "team_members", ["child_id"])
    op.add_column("practitioners", sa.Column("agency_id", sa.String(64)))
    op.add_column("notifications", sa.Column("priority", sa.String(16), nullable=False, server_default="normal"))
    for name, kind in _OF_AN_ENTRY:
        op.add_column("notifications", sa.Column(name, kind))
    add_index("ix_notifications_number", "notifications", ["recipient_id", "number"])
    add_index("ix_notifications_escalate", "notifications", ["escalate_at"])


def downgrade() -> None:
    op.drop_index("ix_notifications_escalate", "notifications")
    op.drop_index("ix_notifications_number", "notifications")
    with op.batch_alter_table("notifications") as table:
        for name, _ in reversed(_OF_AN_ENTRY):
            table.drop_column(name)
        table.drop_column("priority")
    with op.batch_alter_table("practitioners") as table:
        table.drop_column("agency_id")
    for name in ("team_members", "covers", "choices", "gone_entries", "recipients"):
        op.drop_table(name)
