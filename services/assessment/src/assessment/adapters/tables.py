"""The tables of the assessment service. The migrations equal this metadata; a test compares the two."""

import sqlalchemy as sa

from chassis.database import UtcDateTime
from chassis.messaging import MessagingTables

metadata = sa.MetaData()
messaging = MessagingTables(metadata)

_OPEN = sa.text("status = 'begun'")

assessments = sa.Table(
    "assessments",
    metadata,
    sa.Column("assessment_id", sa.String(36), primary_key=True),
    sa.Column("child_id", sa.String(36), nullable=False),
    sa.Column("template_id", sa.String(64), nullable=False),
    sa.Column("template_version", sa.Integer, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("status", sa.String(20), nullable=False),
    sa.Column("begun_by", sa.String(64), nullable=False),
    sa.Column("begun_at", UtcDateTime, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Index("ix_assessments_child", "child_id", "assessment_id"),
    # One open assessment of a template for a child, however many begin one at once.
    sa.Index("uq_assessments_open", "child_id", "template_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
)

_CONTRIBUTION = ("assessment_id", "section_key", "contributor_id")

contributions = sa.Table(
    "contributions",
    metadata,
    sa.Column("assessment_id", sa.String(36), sa.ForeignKey("assessments.assessment_id"), primary_key=True),
    sa.Column("section_key", sa.String(64), primary_key=True),
    sa.Column("contributor_id", sa.String(64), primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("updated_at", UtcDateTime, nullable=False),
)

# Rows are added here and never changed.
contribution_versions = sa.Table(
    "contribution_versions",
    metadata,
    sa.Column("assessment_id", sa.String(36), primary_key=True),
    sa.Column("section_key", sa.String(64), primary_key=True),
    sa.Column("contributor_id", sa.String(64), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("content", sa.JSON, nullable=False),
    sa.Column("saved_at", UtcDateTime, nullable=False),
    sa.ForeignKeyConstraint(_CONTRIBUTION, [f"contributions.{name}" for name in _CONTRIBUTION]),
)
