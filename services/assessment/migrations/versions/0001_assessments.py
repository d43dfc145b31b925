"""Assessments, contributions and every version of them."""

import sqlalchemy as sa
from alembic import op

from chassis.database import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outbox",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=True),
        sa.Column("event_id", sa.String(36), nullable=False, unique=True),
        sa.Column("topic", sa.String(100), nullable=False),
        sa.Column("key", sa.String(100), nullable=False),
        sa.Column("envelope", sa.Text, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
    )
    op.create_table(
        "inbox",
        sa.Column("event_id", sa.String(36), primary_key=True),
        sa.Column("consumer", sa.String(60), primary_key=True),
        sa.Column("received_at", UtcDateTime, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "idempotency",
        sa.Column("caller", sa.String(100), primary_key=True),
        sa.Column("action", sa.String(60), primary_key=True),
        sa.Column("key", sa.String(200), primary_key=True),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
    )
    op.create_table(
        "assessments",
        sa.Column("assessment_id", sa.String(36), primary_key=True),
        sa.Column("child_id", sa.String(36), nullable=False),
        sa.Column("template_id", sa.String(64), nullable=False),
        sa.Column("template_version", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("begun_by", sa.String(64), nullable=False),
        sa.Column("begun_at", UtcDateTime, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_index("ix_assessments_child", "assessments", ["child_id", "assessment_id"])
    is_open = sa.text("status = 'begun'")
    op.create_index(
        "uq_assessments_open",
        "assessments",
        ["child_id", "template_id"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
    op.create_table(
        "contributions",
        sa.Column("assessment_id", sa.String(36), sa.ForeignKey("assessments.assessment_id"), primary_key=True),
        sa.Column("section_key", sa.String(64), primary_key=True),
        sa.Column("contributor_id", sa.String(64), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
    )
    key = ["assessment_id", "section_key", "contributor_id"]
    op.create_table(
        "contribution_versions",
        sa.Column("assessment_id", sa.String(36), primary_key=True),
        sa.Column("section_key", sa.String(64), primary_key=True),
        sa.Column("contributor_id", sa.String(64), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("content", sa.JSON, nullable=False),
        sa.Column("saved_at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(key, [f"contributions.{name}" for name in key]),
    )


def downgrade() -> None:
    for table in ("contribution_versions", "contributions", "assessments", "idempotency", "inbox", "outbox"):
        op.drop_table(table)
