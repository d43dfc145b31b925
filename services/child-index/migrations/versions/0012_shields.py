"""The shields of records, for imports.

Revision: 0012
After: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "shields",
        sa.Column("shield_id", sa.String(36), nullable=False),
        sa.Column("child_id", sa.String(36), nullable=False),
        sa.Column("lifted", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("shield_id"),
    )
    op.create_index("ix_shields_child_id", "shields", ["child_id"])


def downgrade() -> None:
    op.drop_table("shields")
