"""Which children are of one family, so that their lead professionals hear of each other.

Revision: 0005
After: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "family_links",
        sa.Column("relationship_id", sa.String(36), primary_key=True),
        sa.Column("child_id", sa.String(36), nullable=False),
        sa.Column("other_child_id", sa.String(36), nullable=False),
        sa.Column("ended", sa.Boolean(), nullable=False),
    )
    op.create_index("ix_family_links_child", "family_links", ["child_id"])
    op.create_index("ix_family_links_other", "family_links", ["other_child_id"])
    with op.batch_alter_table("notifications") as table:
        table.add_column(sa.Column("other_child_id", sa.String(36), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("notifications") as table:
        table.drop_column("other_child_id")
    op.drop_index("ix_family_links_other", table_name="family_links")
    op.drop_index("ix_family_links_child", table_name="family_links")
    op.drop_table("family_links")
