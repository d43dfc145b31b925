"""Imports that only tell what would happen, and refused rows as they were sent.

Revision: 0008
After: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("imports", sa.Column("is_check", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("imports", sa.Column("headings", sa.JSON(), server_default="[]", nullable=False))
    op.create_table(
        "import_refused_rows",
        sa.Column("import_id", sa.String(36), nullable=False),
        sa.Column("row_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("cells", sa.JSON()),
        sa.ForeignKeyConstraint(["import_id"], ["imports.import_id"]),
        sa.PrimaryKeyConstraint("import_id", "row_no"),
    )


def downgrade() -> None:
    op.drop_table("import_refused_rows")
    op.drop_column("imports", "headings")
    op.drop_column("imports", "is_check")
