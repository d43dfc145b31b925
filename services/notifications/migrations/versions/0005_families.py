"""Which children are of one family, and who is in which team: lead professionals hear of each other, and a team's
leader of who has left it.

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
    op.create_table(
        "practitioners",
        sa.Column("practitioner_id", sa.String(64), primary_key=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("team_ids", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_table(
        "teams",
        sa.Column("team_id", sa.String(64), primary_key=True),
        sa.Column("leader_id", sa.String(64), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.add_column("notifications", sa.Column("other_child_id", sa.String(36), nullable=True))
    op.add_column("notifications", sa.Column("practitioner_id", sa.String(64), nullable=True))


def downgrade() -> None:
    op.drop_column("notifications", "practitioner_id")
    op.drop_column("notifications", "other_child_id")
    op.drop_table("teams")
    op.drop_table("practitioners")
    op.drop_index("ix_family_links_other", table_name="family_links")
    op.drop_index("ix_family_links_child", table_name="family_links")
    op.drop_table("family_links")
