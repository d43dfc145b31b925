"""What an officer keeps back from a young person's history for a while.

Revision: 0009
After: 0008
"""

import sqlalchemy as sa
from alembic import op

from chassis.database import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "history_delays",
        sa.Column("delay_id", sa.String(length=36), nullable=False),
        sa.Column("child_id", sa.String(length=36), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.Column("viewers", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("placed_by", sa.String(length=64), nullable=False),
        sa.Column("placed_at", UtcDateTime(), nullable=False),
        sa.Column("ended_by", sa.String(length=64), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("delay_id", name=op.f("pk_history_delays")),
    )
    op.create_index(op.f("ix_history_delays_child_id"), "history_delays", ["child_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_history_delays_child_id"), table_name="history_delays")
    op.drop_table("history_delays")
