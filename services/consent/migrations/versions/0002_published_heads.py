"""Which tree heads were published, and every key that signed one.

Revision: 0002
After: 0001
"""

import sqlalchemy as sa
from alembic import op

from chassis.database import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("tree_heads", sa.Column("published_at", UtcDateTime(), nullable=True))
    op.create_index(op.f("ix_tree_heads_published_at"), "tree_heads", ["published_at"], unique=False)
    op.create_table(
        "log_keys",
        sa.Column("key_id", sa.String(length=64), nullable=False),
        sa.Column("public_key", sa.JSON(), nullable=False),
        sa.Column("first_used_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_log_keys")),
    )


def downgrade() -> None:
    op.drop_table("log_keys")
    op.drop_index(op.f("ix_tree_heads_published_at"), table_name="tree_heads")
    op.drop_column("tree_heads", "published_at")
