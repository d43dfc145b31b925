"""Children who have died: nobody is told of anything routine.

Revision: 0006
After: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("deceased_children", sa.Column("child_id", sa.String(36), primary_key=True))


def downgrade() -> None:
    op.drop_table("deceased_children")
