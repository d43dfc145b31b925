"""A practitioner finds their own drafts."""

from alembic import op

from chassis.migrations import add_index

revision = "0007a"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_index("ix_drafts_author", "drafts", ["author_id", "assessment_id"])


def downgrade() -> None:
    op.drop_index("ix_drafts_author", table_name="drafts")
