"""The tables of an assessment's life: how it was completed, reviewed and closed, what it follows, who is waited for.

What is recorded is added here and never changed; the status itself stands with the assessment."""

import sqlalchemy as sa
from sqlalchemy.schema import SchemaItem

from assessment.adapters.tables import metadata
from chassis.database import UtcDateTime

_ASSESSMENT = "assessments.assessment_id"
_FIRST = sa.text("version = 1")

completions = sa.Table(
    "completions",
    metadata,
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
    # The assessment's, for the chronology.
    sa.Column("child_id", sa.String(36), nullable=False),
    sa.Index(
        "ix_completions_first",
        "child_id",
        "completed_at",
        "assessment_id",
        sqlite_where=_FIRST,
        postgresql_where=_FIRST,
    ),
)

# Which consents there are, by the consent service's events; whether one is in force is that one's to say.
consents = sa.Table(
    "consents",
    metadata,
    sa.Column("consent_id", sa.String(36), primary_key=True),
    sa.Column("child_id", sa.String(36), nullable=False),
    sa.Index("ix_consents_child", "child_id"),
)

_COMPLETION = ("assessment_id", "version")


def _of_completion(name: str, *columns: SchemaItem) -> sa.Table:
    return sa.Table(
        name,
        metadata,
        sa.Column("assessment_id", sa.String(36), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        *columns,
        sa.ForeignKeyConstraint(_COMPLETION, [f"completions.{column}" for column in _COMPLETION]),
    )


completion_findings = _of_completion(
    "completion_findings",
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("text", sa.Text, nullable=False),
    # Who may know of it at all.
    sa.Column("category", sa.String(20), nullable=False),
)

# What was agreed. Who may know of an action is said where the action is.
completion_actions = _of_completion(
    "completion_actions",
    sa.Column("action_id", sa.String(36), primary_key=True),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Index("ix_completion_actions_action", "action_id"),
)

# What it rests on: the version of each contribution that stood.
completion_contributions = _of_completion(
    "completion_contributions",
    sa.Column("section_key", sa.String(64), primary_key=True),
    sa.Column("contributor_id", sa.String(64), primary_key=True),
    sa.Column("contribution_version", sa.Integer, nullable=False),
)

assessment_reviews = sa.Table(
    "assessment_reviews",
    metadata,
    sa.Column("assessment_review_id", sa.String(36), primary_key=True),
    sa.Column("assessment_id", sa.String(36), sa.ForeignKey(_ASSESSMENT), nullable=False),
    sa.Column("outcome", sa.String(20), nullable=False),
    sa.Column("words", sa.Text, nullable=False),
    sa.Column("held_on", sa.Date, nullable=False),
    sa.Column("next_on", sa.Date),
    sa.Column("reviewed_by", sa.String(64), nullable=False),
    sa.Column("reviewed_at", UtcDateTime, nullable=False),
    sa.Index("ix_assessment_reviews_assessment", "assessment_id", "assessment_review_id"),
)

closures = sa.Table(
    "closures",
    metadata,
    sa.Column("assessment_id", sa.String(36), sa.ForeignKey(_ASSESSMENT), primary_key=True),
    sa.Column("reason_code", sa.String(20), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("closed_by", sa.String(64), nullable=False),
    sa.Column("closed_at", UtcDateTime, nullable=False),
    # The assessment's, for the chronology.
    sa.Column("child_id", sa.String(36), nullable=False),
    sa.Index("ix_closures_child", "child_id", "closed_at", "assessment_id"),
)

# Two of one thread may stand under two records of a child, of which one may be purged: so what is followed is no
# foreign key, and is forgotten with the record.
followings = sa.Table(
    "followings",
    metadata,
    sa.Column("assessment_id", sa.String(36), sa.ForeignKey(_ASSESSMENT), primary_key=True),
    sa.Column("thread_id", sa.String(36), nullable=False),
    sa.Column("follows", sa.String(36)),
    sa.Column("step", sa.String(10), nullable=False),
    sa.Index("ix_followings_thread", "thread_id"),
    sa.Index("uq_followings_follows", "follows", unique=True),
)

contribution_requests = sa.Table(
    "contribution_requests",
    metadata,
    sa.Column("request_id", sa.String(36), primary_key=True),
    sa.Column("assessment_id", sa.String(36), sa.ForeignKey(_ASSESSMENT), nullable=False),
    sa.Column("practitioner_id", sa.String(64), nullable=False),
    sa.Column("section_key", sa.String(64)),
    sa.Column("due_on", sa.Date),
    sa.Column("sensitive", sa.Boolean, nullable=False),
    sa.Column("asked_by", sa.String(64), nullable=False),
    sa.Column("asked_at", UtcDateTime, nullable=False),
    sa.Index("ix_contribution_requests_assessment", "assessment_id", "request_id"),
)

# By an offer in which section; a reader takes the request for answered by those that they may see alone.
contribution_answers = sa.Table(
    "contribution_answers",
    metadata,
    sa.Column("request_id", sa.String(36), sa.ForeignKey("contribution_requests.request_id"), primary_key=True),
    sa.Column("section_key", sa.String(64), primary_key=True),
    sa.Column("answered_at", UtcDateTime, nullable=False),
)
