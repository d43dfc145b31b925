"""Teams around the child or family, what clashes, and what the neighbours tell."""

import sqlalchemy as sa
from alembic import op

from chassis.database import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "practitioners",
        sa.Column("practitioner_id", sa.String(64), primary_key=True),
        sa.Column("role", sa.String(30), nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_table(
        "family_links",
        sa.Column("relationship_id", sa.String(36), primary_key=True),
        sa.Column("child_id", sa.String(36), nullable=False),
        sa.Column("other_child_id", sa.String(36), nullable=False),
        sa.Column("ended", sa.Boolean, nullable=False),
    )
    op.create_index("ix_family_links_child", "family_links", ["child_id"])
    op.create_index("ix_family_links_other", "family_links", ["other_child_id"])
    op.create_table("archived_children", sa.Column("child_id", sa.String(36), primary_key=True))
    op.create_table(
        "team_invitations",
        sa.Column("invitation_id", sa.String(36), primary_key=True),
        sa.Column("practitioner_id", sa.String(64), nullable=False),
        sa.Column("part", sa.String(200), nullable=False),
        sa.Column("sensitive", sa.Boolean, nullable=False),
        sa.Column("invited_by", sa.String(64), nullable=False),
        sa.Column("invited_at", UtcDateTime, nullable=False),
        sa.Column("answered_at", UtcDateTime),
        sa.Column("accepted", sa.Boolean),
    )
    op.create_index("ix_team_invitations_practitioner", "team_invitations", ["practitioner_id", "invitation_id"])
    op.create_table(
        "team_memberships",
        sa.Column("membership_id", sa.String(36), primary_key=True),
        sa.Column("invitation_id", sa.String(36), sa.ForeignKey("team_invitations.invitation_id"), nullable=False),
        sa.Column("child_id", sa.String(36), nullable=False),
        sa.Column("ended_at", UtcDateTime),
        sa.Column("ended_by", sa.String(64)),
    )
    op.create_index("ix_team_memberships_child", "team_memberships", ["child_id", "membership_id"])
    op.create_index("ix_team_memberships_invitation", "team_memberships", ["invitation_id"])
    op.create_table(
        "family_clashes",
        sa.Column("child_id", sa.String(36), primary_key=True),
        sa.Column("other_child_id", sa.String(36), primary_key=True),
        sa.Column("kind", sa.String(20), primary_key=True),
        sa.Column("week", sa.String(8), primary_key=True),
        sa.Column("found_at", UtcDateTime, nullable=False),
    )


def downgrade() -> None:
    for table in (
        "family_clashes",
        "team_memberships",
        "team_invitations",
        "archived_children",
        "family_links",
        "practitioners",
    ):
        op.drop_table(table)
