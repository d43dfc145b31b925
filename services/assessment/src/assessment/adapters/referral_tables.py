"""The tables of the service directory, of referrals, and of what the neighbours tell for them."""

import sqlalchemy as sa

from assessment.adapters.metadata import metadata
from chassis.database import UtcDateTime

# What is on offer to families. No personal data of any child.

directory_entries = sa.Table(
    "directory_entries",
    metadata,
    sa.Column("entry_id", sa.String(64), primary_key=True),
    # As it was given, with the fields that nobody here knows.
    sa.Column("document", sa.JSON, nullable=False),
    # The rest is worked out of it, to be searched by.
    sa.Column("status", sa.String(20), nullable=False),
    sa.Column("service_id", sa.String(64)),
    sa.Column("sensitive", sa.Boolean, nullable=False),
    # In years: from the one on, and below the other.
    sa.Column("age_from", sa.Float),
    sa.Column("age_below", sa.Float),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("changed_by", sa.String(64), nullable=False),
    sa.Column("changed_at", UtcDateTime, nullable=False),
)

directory_terms = sa.Table(
    "directory_terms",
    metadata,
    sa.Column("entry_id", sa.String(64), sa.ForeignKey("directory_entries.entry_id"), primary_key=True),
    sa.Column("kind", sa.String(16), primary_key=True),
    sa.Column("term", sa.String(64), primary_key=True),
    sa.Index("ix_directory_terms_term", "kind", "term"),
)

directory_places = sa.Table(
    "directory_places",
    metadata,
    sa.Column("entry_id", sa.String(64), sa.ForeignKey("directory_entries.entry_id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("latitude", sa.Float, nullable=False),
    sa.Column("longitude", sa.Float, nullable=False),
    sa.Index("ix_directory_places_latitude", "latitude", "longitude"),
)

# Referrals.

_UNANSWERED = sa.text("status IN ('sent', 'received')")

referrals = sa.Table(
    "referrals",
    metadata,
    sa.Column("referral_id", sa.String(36), primary_key=True),
    sa.Column("child_id", sa.String(36), nullable=False),
    sa.Column("entry_id", sa.String(64), nullable=False),
    # The service of Kith's directory that the entry was tied to when it was sent.
    sa.Column("service_id", sa.String(64)),
    # Who may know of it at all: `involvement`, or `sensitive`.
    sa.Column("category", sa.String(20), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("needs", sa.JSON, nullable=False),
    # The categories that the referrer shares.
    sa.Column("shared", sa.JSON, nullable=False),
    # What the family agreed to, by whom and how; or the legal basis.
    sa.Column("consent", sa.JSON(none_as_null=True)),
    sa.Column("legal_basis_id", sa.String(36)),
    sa.Column("referred_by", sa.String(64), nullable=False),
    sa.Column("sent_at", UtcDateTime, nullable=False),
    sa.Column("status", sa.String(10), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("chased_at", UtcDateTime),
    sa.Column("escalated_at", UtcDateTime),
    sa.Index("ix_referrals_child", "child_id", "referral_id"),
    sa.Index("ix_referrals_sent", "child_id", "category", "sent_at", "referral_id"),
    sa.Index("ix_referrals_service", "service_id", "referral_id"),
    sa.Index("ix_referrals_entry", "entry_id"),
    sa.Index("ix_referrals_referrer", "referred_by", "referral_id"),
    sa.Index("ix_referrals_unanswered", "sent_at", sqlite_where=_UNANSWERED, postgresql_where=_UNANSWERED),
)

# What became of it. Rows are added here and never changed.
referral_steps = sa.Table(
    "referral_steps",
    metadata,
    sa.Column("referral_id", sa.String(36), sa.ForeignKey("referrals.referral_id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("step", sa.String(10), nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("taken_by", sa.String(64), nullable=False),
    sa.Column("taken_at", UtcDateTime, nullable=False),
)

# Services of Kith's own directory, by the consent service's events.
receiving_services = sa.Table(
    "receiving_services",
    metadata,
    sa.Column("service_id", sa.String(64), primary_key=True),
    sa.Column("team_id", sa.String(64)),
    sa.Column("sensitive", sa.Boolean, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Index("ix_receiving_services_team", "team_id"),
)

# Legal bases, likewise. What has ended stays so, also where the end is told first.
legal_bases = sa.Table(
    "legal_bases",
    metadata,
    sa.Column("basis_id", sa.String(36), primary_key=True),
    sa.Column("child_id", sa.String(36), nullable=False),
    # Unknown where the end was told first.
    sa.Column("valid_until", UtcDateTime),
    sa.Column("ended", sa.Boolean, nullable=False),
    sa.Index("ix_legal_bases_child", "child_id"),
)
