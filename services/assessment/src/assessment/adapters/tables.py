"""The tables of the assessment service. The migrations equal this metadata; a test compares the two."""

import sqlalchemy as sa

from assessment.adapters import kept_template_tables, life_event_tables, referral_tables
from assessment.adapters.metadata import messaging, metadata
from chassis.database import UtcDateTime

__all__ = ["kept_template_tables", "life_event_tables", "messaging", "metadata", "referral_tables"]

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
    sa.Column("also_open_reason", sa.Text, nullable=True),
    sa.Index("ix_assessments_child", "child_id", "assessment_id"),
    sa.Index("ix_assessments_begun", "child_id", "begun_at", "assessment_id"),
)

# What its author alone knows of. `revision` is new with each save, so that one of a draft before is never taken for it.
drafts = sa.Table(
    "drafts",
    metadata,
    sa.Column("assessment_id", sa.String(36), sa.ForeignKey("assessments.assessment_id"), primary_key=True),
    sa.Column("section_key", sa.String(64), primary_key=True),
    sa.Column("author_id", sa.String(64), primary_key=True),
    sa.Column("revision", sa.String(36), nullable=False),
    sa.Column("content", sa.JSON, nullable=False),
    sa.Column("saved_at", UtcDateTime, nullable=False),
    sa.Index("ix_drafts_author", "author_id", "assessment_id"),
)

# Which versions were ever used, and what they were; None: used before anybody noted it.
used_templates = sa.Table(
    "used_templates",
    metadata,
    sa.Column("template_id", sa.String(64), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("content_hash", sa.String(64), nullable=True),
    sa.Column("first_used_at", UtcDateTime, nullable=False),
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

# What is known of the neighbours, by their events.

practitioners = sa.Table(
    "practitioners",
    metadata,
    sa.Column("practitioner_id", sa.String(64), primary_key=True),
    sa.Column("role", sa.String(30), nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    # For documents; NULL where the directory has told of nothing since there are these columns.
    sa.Column("name", sa.Text),
    sa.Column("agency_id", sa.String(64)),
    sa.Column("email", sa.Text),
    sa.Column("phone", sa.Text),
)

agencies = sa.Table(
    "agencies",
    metadata,
    sa.Column("agency_id", sa.String(64), primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
)

# Kept when it has ended, so that what comes late is known to be over.
family_links = sa.Table(
    "family_links",
    metadata,
    sa.Column("relationship_id", sa.String(36), primary_key=True),
    sa.Column("child_id", sa.String(36), nullable=False),
    sa.Column("other_child_id", sa.String(36), nullable=False),
    sa.Column("ended", sa.Boolean, nullable=False),
    sa.Index("ix_family_links_child", "child_id"),
    sa.Index("ix_family_links_other", "other_child_id"),
)

# Children whose record is closed: nobody is reminded of anything.
archived_children = sa.Table(
    "archived_children",
    metadata,
    sa.Column("child_id", sa.String(36), primary_key=True),
)

# The team around the child or family. An invitation to the teams of several siblings is a membership in each.

team_invitations = sa.Table(
    "team_invitations",
    metadata,
    sa.Column("invitation_id", sa.String(36), primary_key=True),
    sa.Column("practitioner_id", sa.String(64), nullable=False),
    sa.Column("part", sa.String(200), nullable=False),
    sa.Column("sensitive", sa.Boolean, nullable=False),
    sa.Column("invited_by", sa.String(64), nullable=False),
    sa.Column("invited_at", UtcDateTime, nullable=False),
    sa.Column("answered_at", UtcDateTime),
    sa.Column("accepted", sa.Boolean),
    sa.Index("ix_team_invitations_practitioner", "practitioner_id", "invitation_id"),
)

team_memberships = sa.Table(
    "team_memberships",
    metadata,
    sa.Column("membership_id", sa.String(36), primary_key=True),
    sa.Column("invitation_id", sa.String(36), sa.ForeignKey("team_invitations.invitation_id"), nullable=False),
    sa.Column("child_id", sa.String(36), nullable=False),
    sa.Column("ended_at", UtcDateTime),
    sa.Column("ended_by", sa.String(64)),
    # When the invitation was accepted.
    sa.Column("joined_at", UtcDateTime),
    sa.Index("ix_team_memberships_child", "child_id", "membership_id"),
    sa.Index("ix_team_memberships_joined", "child_id", "joined_at", "membership_id"),
    sa.Index("ix_team_memberships_ended", "child_id", "ended_at", "membership_id"),
    sa.Index("ix_team_memberships_invitation", "invitation_id"),
)

# What was told of once. Of the two children the one with the lesser id comes first.
family_clashes = sa.Table(
    "family_clashes",
    metadata,
    sa.Column("child_id", sa.String(36), primary_key=True),
    sa.Column("other_child_id", sa.String(36), primary_key=True),
    sa.Column("kind", sa.String(20), primary_key=True),
    # Of what lasts for ever nothing; else the week that it is about, as in ISO 8601 (2026-W48).
    sa.Column("week", sa.String(8), primary_key=True),
    sa.Column("found_at", UtcDateTime, nullable=False),
)

lead_professionals = sa.Table(
    "lead_professionals",
    metadata,
    sa.Column("child_id", sa.String(36), primary_key=True),
    sa.Column("practitioner_id", sa.String(64), nullable=False),
    sa.Index("ix_lead_professionals_practitioner", "practitioner_id"),
)

merges = sa.Table(
    "merges",
    metadata,
    sa.Column("merge_id", sa.String(36), primary_key=True),
    sa.Column("from_id", sa.String(36), nullable=False),
    sa.Column("into_id", sa.String(36), nullable=False),
    sa.Column("undone", sa.Boolean, nullable=False),
    sa.Index("ix_merges_from", "from_id"),
    sa.Index("ix_merges_into", "into_id"),
)

# The plan.

_OPEN_ACTION = sa.text("status = 'open'")
_DONE_ACTION = sa.text("status = 'done'")

actions = sa.Table(
    "actions",
    metadata,
    sa.Column("action_id", sa.String(36), primary_key=True),
    sa.Column("child_id", sa.String(36), nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("owner_id", sa.String(64), nullable=False),
    sa.Column("due_on", sa.Date, nullable=False),
    sa.Column("outcome", sa.String(30)),
    # Who may know of it at all.
    sa.Column("category", sa.String(20), nullable=False),
    sa.Column("status", sa.String(10), nullable=False),
    # Why it was dropped.
    sa.Column("reason", sa.Text),
    sa.Column("added_by", sa.String(64), nullable=False),
    sa.Column("added_at", UtcDateTime, nullable=False),
    sa.Column("changed_by", sa.String(64), nullable=False),
    sa.Column("changed_at", UtcDateTime, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("owner_reminded_at", UtcDateTime),
    sa.Column("lead_reminded_at", UtcDateTime),
    sa.Column("done_at", UtcDateTime),
    sa.Column("done_by", sa.String(64)),
    sa.Index("ix_actions_child", "child_id", "action_id"),
    sa.Index(
        "ix_actions_done",
        "child_id",
        "category",
        "done_at",
        "action_id",
        sqlite_where=_DONE_ACTION,
        postgresql_where=_DONE_ACTION,
    ),
    sa.Index("ix_actions_due", "due_on", sqlite_where=_OPEN_ACTION, postgresql_where=_OPEN_ACTION),
)

reviews = sa.Table(
    "reviews",
    metadata,
    sa.Column("review_id", sa.String(36), primary_key=True),
    sa.Column("child_id", sa.String(36), nullable=False),
    sa.Column("held_on", sa.Date, nullable=False),
    sa.Column("attendees", sa.JSON, nullable=False),
    sa.Column("next_on", sa.Date),
    sa.Column("recorded_by", sa.String(64), nullable=False),
    sa.Column("recorded_at", UtcDateTime, nullable=False),
    sa.Index("ix_reviews_child", "child_id", "held_on", "review_id"),
)

review_decisions = sa.Table(
    "review_decisions",
    metadata,
    sa.Column("review_id", sa.String(36), sa.ForeignKey("reviews.review_id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("category", sa.String(20), nullable=False),
)

# From 0 to 10.
review_scores = sa.Table(
    "review_scores",
    metadata,
    sa.Column("review_id", sa.String(36), sa.ForeignKey("reviews.review_id"), primary_key=True),
    sa.Column("outcome", sa.String(30), primary_key=True),
    sa.Column("score", sa.Integer, nullable=False),
    sa.Column("category", sa.String(20), nullable=False),
)

# The stage of intervention. Each row is one agreement; nothing of it changes but what is worked out for reports.

_IN_FORCE = sa.text("ended_at IS NULL")

stages = sa.Table(
    "stages",
    metadata,
    sa.Column("stage_id", sa.String(36), primary_key=True),
    sa.Column("child_id", sa.String(36), nullable=False),
    sa.Column("stage", sa.SmallInteger, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("criteria", sa.JSON, nullable=False),
    sa.Column("agreed_by", sa.JSON, nullable=False),
    sa.Column("policy_version", sa.String(40), nullable=False),
    sa.Column("set_by", sa.String(64), nullable=False),
    sa.Column("set_at", UtcDateTime, nullable=False),
    sa.Column("ended_at", UtcDateTime),
    # When the record was closed while it was in force.
    sa.Column("closed_at", UtcDateTime),
    # The school that was last known while it was in force.
    sa.Column("school_id", sa.String(64)),
    # Another record of the same child is counted.
    sa.Column("duplicate", sa.Boolean, nullable=False),
    sa.Index("ix_stages_child", "child_id", "stage_id"),
    sa.Index("ix_stages_agreed", "child_id", "set_at", "stage_id"),
    # All that the report looks at, in the order in which it counts.
    sa.Index("ix_stages_report", "school_id", "stage", "set_at", "ended_at", "closed_at", "duplicate"),
    sa.Index("uq_stages_in_force", "child_id", unique=True, sqlite_where=_IN_FORCE, postgresql_where=_IN_FORCE),
)

services = sa.Table(
    "services",
    metadata,
    sa.Column("service_id", sa.String(64), primary_key=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("is_school", sa.Boolean, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
)

# Of schools, and of services of which nothing is known yet.
school_episodes = sa.Table(
    "school_episodes",
    metadata,
    sa.Column("episode_id", sa.String(36), primary_key=True),
    sa.Column("child_id", sa.String(36), nullable=False),
    # Unknown where the end was told first.
    sa.Column("service_id", sa.String(64)),
    sa.Column("started_on", sa.Date),
    sa.Column("ended", sa.Boolean, nullable=False),
    sa.Index("ix_school_episodes_child", "child_id"),
    sa.Index("ix_school_episodes_service", "service_id"),
)
