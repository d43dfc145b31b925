"""The tables of the notifications service. The migrations equal this metadata; a test compares the two."""

import sqlalchemy as sa

from chassis.database import UtcDateTime
from chassis.messaging import MessagingTables

metadata = sa.MetaData()
messaging = MessagingTables(metadata)

lead_professionals = sa.Table(
    "lead_professionals",
    metadata,
    sa.Column("child_id", sa.String(36), primary_key=True),
    sa.Column("practitioner_id", sa.String(64), nullable=False),
    sa.Column("changed_at", UtcDateTime, nullable=False),
)

merges = sa.Table(
    "merges",
    metadata,
    sa.Column("merge_id", sa.String(36), primary_key=True),
    sa.Column("from_id", sa.String(36), nullable=False),
    sa.Column("into_id", sa.String(36), nullable=False),
    sa.Column("merged_at", UtcDateTime, nullable=False),
    sa.Column("undone_at", UtcDateTime),
    sa.Index("ix_merges_from", "from_id"),
    sa.Index("ix_merges_into", "into_id"),
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

deceased_children = sa.Table(
    "deceased_children",
    metadata,
    sa.Column("child_id", sa.String(36), primary_key=True),
)

practitioners = sa.Table(
    "practitioners",
    metadata,
    sa.Column("practitioner_id", sa.String(64), primary_key=True),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("team_ids", sa.JSON, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    # None in a row from before it was kept, until the directory next tells of the practitioner.
    sa.Column("agency_id", sa.String(64)),
)

teams = sa.Table(
    "teams",
    metadata,
    sa.Column("team_id", sa.String(64), primary_key=True),
    sa.Column("leader_id", sa.String(64)),
    sa.Column("version", sa.Integer, nullable=False),
)

notifications = sa.Table(
    "notifications",
    metadata,
    sa.Column("notification_id", sa.String(36), primary_key=True),
    sa.Column("recipient_id", sa.String(64), nullable=False),
    sa.Column("type", sa.String(40), nullable=False),
    # Without a child: what an information-governance officer is told, who may know of none.
    sa.Column("child_id", sa.String(36)),
    sa.Column("episode_id", sa.String(36)),
    sa.Column("assessment_id", sa.String(36)),
    sa.Column("override_id", sa.String(36)),
    sa.Column("consent_id", sa.String(36)),
    sa.Column("other_child_id", sa.String(36)),
    sa.Column("practitioner_id", sa.String(64)),
    sa.Column("action_id", sa.String(36)),
    # What it takes to be shown it: codes, separated by commas, in the order of `Category`.
    sa.Column("categories", sa.String(200), nullable=False, server_default="involvement"),
    sa.Column("referral_id", sa.String(36)),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("acknowledged_at", UtcDateTime),
    sa.Column("priority", sa.String(16), nullable=False, server_default="normal"),
    # Its place among the recipient's entries, in the order of their commits. Never shown: gaps tell of hidden ones.
    sa.Column("number", sa.BigInteger),
    sa.Column("audience", sa.String(40)),
    sa.Column("snoozed_until", UtcDateTime),
    sa.Column("covers_for", sa.String(64)),
    sa.Column("agency_id", sa.String(64)),
    sa.Column("signal_id", sa.String(36)),
    sa.Column("escalate_at", UtcDateTime),
    sa.Index("ix_notifications_number", "recipient_id", "number"),
    sa.Index("ix_notifications_escalate", "escalate_at"),
    sa.Index("ix_notifications_recipient", "recipient_id", "child_id", "notification_id"),
    sa.Index("ix_notifications_consent", "consent_id"),
    sa.Index("ix_notifications_action", "action_id"),
)

# Kept, so that a reminder that comes late is known to be of no use.
withdrawn_consents = sa.Table(
    "withdrawn_consents",
    metadata,
    sa.Column("consent_id", sa.String(36), primary_key=True),
    sa.Column("recorded_at", UtcDateTime, nullable=False),
)

# Those of the other modules belong to the same database: whoever has the metadata has them all.
from notifications.adapters import inbox_tables, outgoing_tables  # noqa: E402, F401
