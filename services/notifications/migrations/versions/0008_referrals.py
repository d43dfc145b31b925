"""Which referral an entry is about."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("notifications", sa.Column("referral_id", sa.String(36)))


def downgrade() -> None:
    op.drop_column("notifications", "referral_id")
