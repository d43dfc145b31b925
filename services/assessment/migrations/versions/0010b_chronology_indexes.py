"""Indexes in the order of the chronology."""

import sqlalchemy as sa
from alembic import op

from chassis.migrations import add_index

revision = "0010b"
down_revision = "0010"
branch_labels = None
depends_on = None

_DONE = sa.text("status = 'done'")


def upgrade() -> None:
    add_index("ix_assessments_begun", "assessments", ["child_id", "begun_at", "assessment_id"])
    add_index("ix_team_memberships_joined", "team_memberships", ["child_id", "joined_at", "membership_id"])
    add_index("ix_team_memberships_ended", "team_memberships", ["child_id", "ended_at", "membership_id"])
    add_index("ix_stages_agreed", "stages", ["child_id", "set_at", "stage_id"])
    add_index(
        "ix_actions_done",
        "actions",
        ["child_id", "category", "done_at", "action_id"],
        sqlite_where=_DONE,
        postgresql_where=_DONE,
    )


def downgrade() -> None:
    op.drop_index("ix_actions_done", "actions")
    op.drop_index("ix_stages_agreed", "stages")
    op.drop_index("ix_team_memberships_ended", "team_memberships")
    op.drop_index("ix_team_memberships_joined", "team_memberships")
    op.drop_index("ix_assessments_begun", "assessments")
