"""A team has a leader, who hears when somebody of it leaves.

Revision: 0013
After: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("teams", sa.Column("leader_id", sa.String(length=64), nullable=True))


def downgrade() -> None:
    op.drop_column("teams", "leader_id")
