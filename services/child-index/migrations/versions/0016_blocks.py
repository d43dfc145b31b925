"""Whom blocks name, for imports.

Revision: 0016
After: 0015
"""

import sqlalchemy as sa
from alembic import op

from chassis.database import UtcDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "blocks",
        sa.Column("block_id", sa.String(36), nullable=False),
        sa.Column("child_id", sa.String(36), nullable=False),
        sa.Column("viewer_key", sa.String(32), nullable=True),
        sa.Column("closes", sa.Boolean(), nullable=False),
        sa.Column("veils", sa.Boolean(), nullable=False),
        sa.Column("valid_until", UtcDateTime(), nullable=True),
        sa.Column("lifted", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("block_id"),
    )
    op.create_index("ix_blocks_child_id", "blocks", ["child_id"])
    op.create_index("ix_blocks_viewer_key", "blocks", ["viewer_key"])


def downgrade() -> None:
    op.drop_table("blocks")
