"""Entries about an override; an officer's name no child.

Revision: 0002
After: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("notifications") as table:
        table.alter_column("child_id", existing_type=sa.String(36), nullable=True)
        table.add_column(sa.Column("override_id", sa.String(36), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("notifications") as table:
        table.drop_column("override_id")
        table.alter_column("child_id", existing_type=sa.String(36), nullable=False)
