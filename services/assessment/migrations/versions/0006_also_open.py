"""Several assessments of a child may be open at once, for a reason that is written down."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("assessments", sa.Column("also_open_reason", sa.Text, nullable=True))
    # It held one of a template; whoever begins takes turns now, by child.
    op.drop_index("uq_assessments_open", table_name="assessments")


def downgrade() -> None:
    is_open = sa.text("status = 'begun'")
    op.create_index(
        "uq_assessments_open",
        "assessments",
        ["child_id", "template_id"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
    op.drop_column("assessments", "also_open_reason")
