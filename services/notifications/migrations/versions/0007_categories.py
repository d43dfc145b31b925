"""What it takes to be shown an entry, beside the involvement that every entry tells of; entries about actions.

Revision: 0007
After: 0006
"""

import sqlalchemy as sa
from alembic import op

from chassis.migrations import add_index

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    column = sa.Column("categories", sa.String(200), nullable=False, server_default="involvement")
    op.add_column("notifications", column)
    op.add_column("notifications", sa.Column("action_id", sa.String(36)))
    add_index("ix_notifications_action", "notifications", ["action_id"])


def downgrade() -> None:
    op.drop_index("ix_notifications_action", "notifications")
    with op.batch_alter_table("notifications") as table:
        table.drop_column("action_id")
        table.drop_column("categories")
