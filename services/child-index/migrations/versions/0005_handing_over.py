"""The note that hands a child over, and who leads which team.

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
    op.add_column("lead_professionals", sa.Column("handover_note", sa.String(4000)))
    op.add_column("practitioners", sa.Column("team_ids", sa.JSON(), server_default="[]", nullable=False))
    op.create_table(
        "teams",
        sa.Column("team_id", sa.String(64), nullable=False),
        sa.Column("agency_id", sa.String(64), nullable=False),
        sa.Column("leader_id", sa.String(64)),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("team_id"),
    )
    op.create_index("ix_teams_leader_id", "teams", ["leader_id"])


def downgrade() -> None:
    op.drop_table("teams")
    op.drop_column("practitioners", "team_ids")
    op.drop_column("lead_professionals", "handover_note")
