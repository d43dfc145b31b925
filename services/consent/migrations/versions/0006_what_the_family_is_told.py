"""Which involvements are sensitive and since when they are known, so that a family is told no more than it may know.

Revision: 0006
After: 0005
"""

import sqlalchemy as sa
from alembic import op

from chassis.database import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Of an episode that is here already it is not known: it counts as sensitive, and so is told to no parent.
    op.add_column("involvements", sa.Column("sensitive", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.execute("UPDATE involvements SET sensitive = false WHERE kind = 'lead'")
    op.add_column("involvements", sa.Column("recorded_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("involvements", "recorded_at")
    op.drop_column("involvements", "sensitive")
