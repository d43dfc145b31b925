"""The tables beside the entries: their recipients' places, choices and covers, and who is in a team around a child."""

import sqlalchemy as sa

from chassis.database import UtcDateTime
from notifications.adapters.tables import metadata

# One row is one recipient's lock: whoever numbers entries of theirs holds it until the commit.
recipients = sa.Table(
    "recipients",
    metadata,
    sa.Column("recipient_id", sa.String(64), primary_key=True),
    sa.Column("last_number", sa.BigInteger, nullable=False),
)

# The places of entries that were taken back or purged: who was shown one as the last goes on from there.
gone_entries = sa.Table(
    "gone_entries",
    metadata,
    sa.Column("notification_id", sa.String(36), primary_key=True),
    sa.Column("recipient_id", sa.String(64), nullable=False),
    sa.Column("number", sa.BigInteger, nullable=False),
    sa.Column("gone_at", UtcDateTime, nullable=False),
    sa.Index("ix_gone_entries_at", "gone_at"),
)

choices = sa.Table(
    "choices",
    metadata,
    sa.Column("recipient_id", sa.String(64), primary_key=True),
    sa.Column("type", sa.String(40), primary_key=True),
    sa.Column("inbox", sa.Boolean, nullable=False),
    # Of an account: whose record it is tied to.
    sa.Column("child_id", sa.String(36)),
    sa.Index("ix_choices_child", "child_id"),
)

covers = sa.Table(
    "covers",
    metadata,
    sa.Column("cover_id", sa.String(36), primary_key=True),
    sa.Column("practitioner_id", sa.String(64), nullable=False),
    sa.Column("colleague_id", sa.String(64), nullable=False),
    sa.Column("starts_at", UtcDateTime, nullable=False),
    sa.Column("ends_at", UtcDateTime, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Index("ix_covers_practitioner", "practitioner_id"),
    sa.Index("ix_covers_colleague", "colleague_id"),
)

# Kept when it has ended, so that a joining that comes late is known to be over.
team_members = sa.Table(
    "team_members",
    metadata,
    sa.Column("membership_id", sa.String(36), primary_key=True),
    sa.Column("child_id", sa.String(36), nullable=False),
    sa.Column("practitioner_id", sa.String(64), nullable=False),
    sa.Column("ended", sa.Boolean, nullable=False),
    sa.Index("ix_team_members_child", "child_id"),
)
