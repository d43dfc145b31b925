"""An authority's own templates that were put over HTTP.

Revision: 0012
After: 0011
"""

import sqlalchemy as sa
from alembic import op

from chassis.database import UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kept_templates",
        sa.Column("template_id", sa.String(64), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("data", sa.JSON, nullable=False),
        sa.Column("put_by", sa.String(64), nullable=False),
        sa.Column("put_at", UtcDateTime, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("kept_templates")
