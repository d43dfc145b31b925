"""Drafts, each of which its author alone knows of."""

import sqlalchemy as sa
from alembic import op

from chassis.database import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "drafts",
        sa.Column("assessment_id", sa.String(36), sa.ForeignKey("assessments.assessment_id"), primary_key=True),
        sa.Column("section_key", sa.String(64), primary_key=True),
        sa.Column("author_id", sa.String(64), primary_key=True),
        sa.Column("revision", sa.String(36), nullable=False),
        sa.Column("content", sa.JSON, nullable=False),
        sa.Column("saved_at", UtcDateTime, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("drafts")
