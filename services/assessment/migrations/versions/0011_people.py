"""Who practitioners are, for documents: name, agency and work contact."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010b"
branch_labels = None
depends_on = None

_COLUMNS = (
    sa.Column("name", sa.Text),
    sa.Column("email", sa.Text),
    sa.Column("phone", sa.Text),
)


def upgrade() -> None:
    op.create_table(
        "agencies",
        sa.Column("agency_id", sa.String(64), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
    )
    for column in _COLUMNS:
        op.add_column("practitioners", column)


def downgrade() -> None:
    for column in _COLUMNS:
        op.drop_column("practitioners", column.name)
    op.drop_table("agencies")
