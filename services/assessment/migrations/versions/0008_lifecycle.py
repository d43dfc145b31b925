"""The life of an assessment: completed, reviewed, closed, followed by another; who is asked to contribute."""

import sqlalchemy as sa
from alembic import op

from chassis.database import UtcDateTime

revision = "0008"
down_revision = "0007a"
branch_labels = None
depends_on = None

_ASSESSMENT = "assessments.assessment_id"
_COMPLETION = ["assessment_id", "version"]


def upgrade() -> None:
    op.create_table(
        "completions",
        sa.Column("assessment_id", sa.String(36), sa.ForeignKey(_ASSESSMENT), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("summary", sa.Text, nullable=False),
        sa.Column("child_views", sa.Text, nullable=False),
        sa.Column("parent_views", sa.Text, nullable=False),
        sa.Column("consent_given_by", sa.String(20), nullable=False),
        sa.Column("consent_id", sa.String(36)),
        sa.Column("consent_words", sa.Text),
        sa.Column("completed_by", sa.String(64), nullable=False),
        sa.Column("completed_at", UtcDateTime, nullable=False),
        sa.Column("child_id", sa.String(36), nullable=False),
    )
    first = sa.text("version = 1")
    op.create_index(
        "ix_completions_first",
        "completions",
        ["child_id", "completed_at", "assessment_id"],
        sqlite_where=first,
        postgresql_where=first,
    )
    op.create_table(
        "consents",
        sa.Column("consent_id", sa.String(36), primary_key=True),
        sa.Column("child_id", sa.String(36), nullable=False),
    )
    _of_completion(
        "completion_findings",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("category", sa.String(20), nullable=False),
    )
    _of_completion(
        "completion_actions",
        sa.Column("action_id", sa.String(36), primary_key=True),
        sa.Column("number", sa.Integer, nullable=False),
    )
    _of_completion(
        "completion_contributions",
        sa.Column("section_key", sa.String(64), primary_key=True),
        sa.Column("contributor_id", sa.String(64), primary_key=True),
        sa.Column("contribution_version", sa.Integer, nullable=False),
    )
    op.create_table(
        "assessment_reviews",
        sa.Column("assessment_review_id", sa.String(36), primary_key=True),
        sa.Column("assessment_id", sa.String(36), sa.ForeignKey(_ASSESSMENT), nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("held_on", sa.Date, nullable=False),
        sa.Column("next_on", sa.Date),
        sa.Column("reviewed_by", sa.String(64), nullable=False),
        sa.Column("reviewed_at", UtcDateTime, nullable=False),
    )
    op.create_table(
        "closures",
        sa.Column("assessment_id", sa.String(36), sa.ForeignKey(_ASSESSMENT), primary_key=True),
        sa.Column("reason_code", sa.String(20), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("closed_by", sa.String(64), nullable=False),
        sa.Column("closed_at", UtcDateTime, nullable=False),
        sa.Column("child_id", sa.String(36), nullable=False),
    )
    op.create_index("ix_closures_child", "closures", ["child_id", "closed_at", "assessment_id"])
    op.create_table(
        "followings",
        sa.Column("assessment_id", sa.String(36), sa.ForeignKey(_ASSESSMENT), primary_key=True),
        sa.Column("thread_id", sa.String(36), nullable=False),
        sa.Column("follows", sa.String(36)),
        sa.Column("step", sa.String(10), nullable=False),
    )
    op.create_table(
        "contribution_requests",
        sa.Column("request_id", sa.String(36), primary_key=True),
        sa.Column("assessment_id", sa.String(36), sa.ForeignKey(_ASSESSMENT), nullable=False),
        sa.Column("practitioner_id", sa.String(64), nullable=False),
        sa.Column("section_key", sa.String(64)),
        sa.Column("due_on", sa.Date),
        sa.Column("sensitive", sa.Boolean, nullable=False),
        sa.Column("asked_by", sa.String(64), nullable=False),
        sa.Column("asked_at", UtcDateTime, nullable=False),
    )
    op.create_table(
        "contribution_answers",
        sa.Column("request_id", sa.String(36), sa.ForeignKey("contribution_requests.request_id"), primary_key=True),
        sa.Column("section_key", sa.String(64), primary_key=True),
        sa.Column("answered_at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_consents_child", "consents", ["child_id"])
    op.create_index("ix_completion_actions_action", "completion_actions", ["action_id"])
    reviewed = ["assessment_id", "assessment_review_id"]
    op.create_index("ix_assessment_reviews_assessment", "assessment_reviews", reviewed)
    op.create_index("ix_followings_thread", "followings", ["thread_id"])
    op.create_index("uq_followings_follows", "followings", ["follows"], unique=True)
    asked = ["assessment_id", "request_id"]
    op.create_index("ix_contribution_requests_assessment", "contribution_requests", asked)


def _of_completion(name: str, *columns: sa.Column[object]) -> None:
    op.create_table(
        name,
        sa.Column("assessment_id", sa.String(36), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        *columns,
        sa.ForeignKeyConstraint(_COMPLETION, [f"completions.{column}" for column in _COMPLETION]),
    )


def downgrade() -> None:
    for table in (
        "contribution_answers",
        "contribution_requests",
        "followings",
        "closures",
        "assessment_reviews",
        "completion_contributions",
        "completion_actions",
        "completion_findings",
        "completions",
        "consents",
    ):
        op.drop_table(table)
