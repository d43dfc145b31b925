"""Which records of children were merged, so that the lead professional is found by either id.

Revision: 0004
After: 0003
"""

import sqlalchemy as sa
from alembic import op

from chassis.database import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "merges",
        sa.Column("merge_id", sa.String(36), primary_key=True),
        sa.Column("from_id", sa.String(36), nullable=False),
        sa.Column("into_id", sa.String(36), nullable=False),
        sa.Column("merged_at", UtcDateTime, nullable=False),
        sa.Column("undone_at", UtcDateTime, nullable=True),
    )
    op.create_index("ix_merges_from", "merges", ["from_id"])
    op.create_index("ix_merges_into", "merges", ["into_id"])


def downgrade() -> None:
    op.drop_index("ix_merges_into", table_name="merges")
    op.drop_index("ix_merges_from", table_name="merges")
    op.drop_table("merges")
