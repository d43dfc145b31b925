"""What the referrer shares with the service that a child is referred to."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("involvements", sa.Column("shared", sa.JSON(none_as_null=True)))


def downgrade() -> None:
    op.drop_column("involvements", "shared")
