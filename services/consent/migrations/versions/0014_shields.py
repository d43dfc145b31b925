"""Shields: categories of a record that are hidden from everybody.

Revision: 0014
After: 0013
"""

import sqlalchemy as sa
from alembic import op

from chassis.database import UtcDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "shields",
        sa.Column("shield_id", sa.String(length=36), nullable=False),
        sa.Column("child_id", sa.String(length=36), nullable=False),
        sa.Column("categories", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("placed_by", sa.String(length=64), nullable=False),
        sa.Column("placed_at", UtcDateTime(), nullable=False),
        sa.Column("lifted_by", sa.String(length=64), nullable=True),
        sa.Column("lifted_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("shield_id", name=op.f("pk_shields")),
    )
    op.create_index(op.f("ix_shields_child_id"), "shields", ["child_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_shields_child_id"), table_name="shields")
    op.drop_table("shields")
