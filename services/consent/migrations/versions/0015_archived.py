"""Archived records, and consents by which a record is kept open until 25.

Revision: 0015
After: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("children", sa.Column("archived", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("consents", sa.Column("keep_until_25", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    op.drop_column("consents", "keep_until_25")
    op.drop_column("children", "archived")
