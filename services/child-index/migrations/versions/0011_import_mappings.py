"""What agencies say of their lists.

Revision: 0011
After: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("imports", sa.Column("date_order", sa.String(20), server_default="day-month-year", nullable=False))
    op.create_table(
        "import_mappings",
        sa.Column("service_id", sa.String(64), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("date_order", sa.String(20), nullable=False),
        sa.Column("delimiter", sa.String(1)),
        sa.Column("encoding", sa.String(20)),
        sa.Column("changed_by", sa.String(64), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("service_id"),
    )


def downgrade() -> None:
    op.drop_table("import_mappings")
    op.drop_column("imports", "date_order")
