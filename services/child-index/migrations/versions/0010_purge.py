"""Since when a run has found a record due to be purged: another run must find it so too.

Revision: 0010
After: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("children", sa.Column("purge_due_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    op.drop_column("children", "purge_due_at")
