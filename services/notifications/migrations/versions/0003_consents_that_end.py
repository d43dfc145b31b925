"""Reminders of consents that end, and which consents were withdrawn.

Revision: 0003
After: 0002
"""

import sqlalchemy as sa
from alembic import op

from chassis.database import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("notifications", sa.Column("consent_id", sa.String(36), nullable=True))
    op.create_index("ix_notifications_consent", "notifications", ["consent_id"])
    op.create_table(
        "withdrawn_consents",
        sa.Column("consent_id", sa.String(36), primary_key=True),
        sa.Column("recorded_at", UtcDateTime, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("withdrawn_consents")
    op.drop_index("ix_notifications_consent", table_name="notifications")
    op.drop_column("notifications", "consent_id")
