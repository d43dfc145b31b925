"""By which keys a child and a practitioner are alike: family names and homes, as keyed hashes.

Revision: 0011
After: 0010
"""

import sqlalchemy as sa
from alembic import op

from chassis.database import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "child_likenesses",
        sa.Column("child_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("child_id", "kind", "key", name=op.f("pk_child_likenesses")),
    )
    op.create_table(
        "practitioner_likenesses",
        sa.Column("practitioner_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("practitioner_id", "kind", "key", "since", name=op.f("pk_practitioner_likenesses")),
    )


def downgrade() -> None:
    for table in ("practitioner_likenesses", "child_likenesses"):
        op.drop_table(table)
