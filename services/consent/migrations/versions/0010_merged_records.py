"""Which records are of one child, and since when the child index knew of an involvement.

Revision: 0010
After: 0009
"""

import sqlalchemy as sa
from alembic import op

from chassis.database import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("involvements", sa.Column("began_at", UtcDateTime(), nullable=True))
    op.create_table(
        "merges",
        sa.Column("merge_id", sa.String(length=36), nullable=False),
        sa.Column("from_id", sa.String(length=36), nullable=False),
        sa.Column("into_id", sa.String(length=36), nullable=False),
        sa.Column("merged_at", UtcDateTime(), nullable=False),
        sa.Column("taken_at", UtcDateTime(), nullable=False),
        sa.Column("undone_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("merge_id", name=op.f("pk_merges")),
    )
    op.create_index(op.f("ix_merges_from_id"), "merges", ["from_id"], unique=False)
    op.create_index(op.f("ix_merges_into_id"), "merges", ["into_id"], unique=False)
    op.create_table(
        "merged_records",
        sa.Column("record_id", sa.String(length=36), nullable=False),
        sa.Column("root_id", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_merged_records")),
    )
    op.create_index(op.f("ix_merged_records_root_id"), "merged_records", ["root_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_merged_records_root_id"), table_name="merged_records")
    op.drop_table("merged_records")
    op.drop_index(op.f("ix_merges_into_id"), table_name="merges")
    op.drop_index(op.f("ix_merges_from_id"), table_name="merges")
    op.drop_table("merges")
    op.drop_column("involvements", "began_at")
