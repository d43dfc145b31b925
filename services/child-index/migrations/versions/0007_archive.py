"""Archived records, and those that a consent keeps open until 25.

Revision: 0007
After: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("children", sa.Column("archived_at", sa.DateTime(timezone=True)))
    op.create_table(
        "keeping_consents",
        sa.Column("consent_id", sa.String(36), nullable=False),
        sa.Column("child_id", sa.String(36), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True)),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("consent_id"),
    )
    op.create_index("ix_keeping_consents_child_id", "keeping_consents", ["child_id"])


def downgrade() -> None:
    op.drop_table("keeping_consents")
    op.drop_column("children", "archived_at")
