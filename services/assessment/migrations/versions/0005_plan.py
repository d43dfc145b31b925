"""The plan: actions, reviews with their decisions and scores; who leads, and which records were merged."""

import sqlalchemy as sa
from alembic import op

from chassis.database import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lead_professionals",
        sa.Column("child_id", sa.String(36), primary_key=True),
        sa.Column("practitioner_id", sa.String(64), nullable=False),
    )
    op.create_index("ix_lead_professionals_practitioner", "lead_professionals", ["practitioner_id"])
    op.create_table(
        "merges",
        sa.Column("merge_id", sa.String(36), primary_key=True),
        sa.Column("from_id", sa.String(36), nullable=False),
        sa.Column("into_id", sa.String(36), nullable=False),
        sa.Column("undone", sa.Boolean, nullable=False),
    )
    op.create_index("ix_merges_from", "merges", ["from_id"])
    op.create_index("ix_merges_into", "merges", ["into_id"])
    op.create_table(
        "actions",
        sa.Column("action_id", sa.String(36), primary_key=True),
        sa.Column("child_id", sa.String(36), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("owner_id", sa.String(64), nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("outcome", sa.String(30)),
        sa.Column("category", sa.String(20), nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("added_by", sa.String(64), nullable=False),
        sa.Column("added_at", UtcDateTime, nullable=False),
        sa.Column("changed_by", sa.String(64), nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("owner_reminded_at", UtcDateTime),
        sa.Column("lead_reminded_at", UtcDateTime),
    )
    op.create_table(
        "reviews",
        sa.Column("review_id", sa.String(36), primary_key=True),
        sa.Column("child_id", sa.String(36), nullable=False),
        sa.Column("held_on", sa.Date, nullable=False),
        sa.Column("attendees", sa.JSON, nullable=False),
        sa.Column("next_on", sa.Date),
        sa.Column("recorded_by", sa.String(64), nullable=False),
        sa.Column("recorded_at", UtcDateTime, nullable=False),
    )
    op.create_table(
        "review_decisions",
        sa.Column("review_id", sa.String(36), sa.ForeignKey("reviews.review_id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("category", sa.String(20), nullable=False),
    )
    op.create_table(
        "review_scores",
        sa.Column("review_id", sa.String(36), sa.ForeignKey("reviews.review_id"), primary_key=True),
        sa.Column("outcome", sa.String(30), primary_key=True),
        sa.Column("score", sa.Integer, nullable=False),
        sa.Column("category", sa.String(20), nullable=False),
    )
    op.create_index("ix_actions_child", "actions", ["child_id", "action_id"])
    is_open = sa.text("status = 'open'")
    op.create_index("ix_actions_due", "actions", ["due_on"], sqlite_where=is_open, postgresql_where=is_open)
    op.create_index("ix_reviews_child", "reviews", ["child_id", "held_on", "review_id"])


def downgrade() -> None:
    for table in ("review_scores", "review_decisions", "reviews", "actions", "merges", "lead_professionals"):
        op.drop_table(table)
