"""What an identity provider calls the practitioners and teams that it keeps.

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
    op.create_table(
        "provisioned",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("entry_id", sa.String(length=64), nullable=False),
        sa.Column("user_name", sa.String(length=254), nullable=True),
        sa.Column("name_key", sa.String(length=254), nullable=True),
        sa.Column("external_id", sa.String(length=255), nullable=True),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "entry_id", name=op.f("pk_provisioned")),
        sa.UniqueConstraint("name_key", name=op.f("uq_provisioned_name_key")),
    )
    op.create_index(op.f("ix_provisioned_external_id"), "provisioned", ["external_id"], unique=False)


def downgrade() -> None:
    op.drop_table("provisioned")
