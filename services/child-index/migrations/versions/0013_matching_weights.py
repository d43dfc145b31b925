"""Versions of the matcher's numbers, and by which of them each score was weighed.

Revision: 0013
After: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_WEIGHED = ("statements", "match_reviews")


def upgrade() -> None:
    op.create_table(
        "matching_weights",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.String(40), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(64), nullable=False),
        sa.Column("pairs", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("odds", sa.JSON(), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("version"),
    )
    op.create_table(
        "matching_weights_in_force",
        sa.Column("turn", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("version", sa.String(40), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("turn"),
    )
    for table in _WEIGHED:
        op.add_column(table, sa.Column("weights_version", sa.String(40)))


def downgrade() -> None:
    for table in _WEIGHED:
        op.drop_column(table, "weights_version")
    op.drop_table("matching_weights_in_force")
    op.drop_table("matching_weights")
