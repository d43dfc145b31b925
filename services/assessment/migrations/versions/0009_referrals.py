"""The service directory, referrals, and what the neighbours tell for them."""

import sqlalchemy as sa
from alembic import op

from chassis.database import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "directory_entries",
        sa.Column("entry_id", sa.String(64), primary_key=True),
        sa.Column("document", sa.JSON, nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("service_id", sa.String(64)),
        sa.Column("sensitive", sa.Boolean, nullable=False),
        sa.Column("age_from", sa.Float),
        sa.Column("age_below", sa.Float),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("changed_by", sa.String(64), nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
    )
    op.create_table(
        "directory_terms",
        sa.Column("entry_id", sa.String(64), sa.ForeignKey("directory_entries.entry_id"), primary_key=True),
        sa.Column("kind", sa.String(16), primary_key=True),
        sa.Column("term", sa.String(64), primary_key=True),
    )
    op.create_table(
        "directory_places",
        sa.Column("entry_id", sa.String(64), sa.ForeignKey("directory_entries.entry_id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("latitude", sa.Float, nullable=False),
        sa.Column("longitude", sa.Float, nullable=False),
    )
    op.create_table(
        "referrals",
        sa.Column("referral_id", sa.String(36), primary_key=True),
        sa.Column("child_id", sa.String(36), nullable=False),
        sa.Column("entry_id", sa.String(64), nullable=False),
        sa.Column("service_id", sa.String(64)),
        sa.Column("category", sa.String(20), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("needs", sa.JSON, nullable=False),
        sa.Column("shared", sa.JSON, nullable=False),
        sa.Column("consent", sa.JSON(none_as_null=True)),
        sa.Column("legal_basis_id", sa.String(36)),
        sa.Column("referred_by", sa.String(64), nullable=False),
        sa.Column("sent_at", UtcDateTime, nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("chased_at", UtcDateTime),
        sa.Column("escalated_at", UtcDateTime),
    )
    op.create_table(
        "referral_steps",
        sa.Column("referral_id", sa.String(36), sa.ForeignKey("referrals.referral_id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("step", sa.String(10), nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("taken_by", sa.String(64), nullable=False),
        sa.Column("taken_at", UtcDateTime, nullable=False),
    )
    op.create_table(
        "receiving_services",
        sa.Column("service_id", sa.String(64), primary_key=True),
        sa.Column("team_id", sa.String(64)),
        sa.Column("sensitive", sa.Boolean, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_table(
        "legal_bases",
        sa.Column("basis_id", sa.String(36), primary_key=True),
        sa.Column("child_id", sa.String(36), nullable=False),
        sa.Column("valid_until", UtcDateTime),
        sa.Column("ended", sa.Boolean, nullable=False),
    )
    op.create_index("ix_directory_terms_term", "directory_terms", ["kind", "term"])
    op.create_index("ix_directory_places_latitude", "directory_places", ["latitude", "longitude"])
    op.create_index("ix_referrals_child", "referrals", ["child_id", "referral_id"])
    op.create_index("ix_referrals_sent", "referrals", ["child_id", "category", "sent_at", "referral_id"])
    op.create_index("ix_referrals_service", "referrals", ["service_id", "referral_id"])
    op.create_index("ix_referrals_entry", "referrals", ["entry_id"])
    op.create_index("ix_referrals_referrer", "referrals", ["referred_by", "referral_id"])
    unanswered = sa.text("status IN ('sent', 'received')")
    op.create_index(
        "ix_referrals_unanswered", "referrals", ["sent_at"], sqlite_where=unanswered, postgresql_where=unanswered
    )
    op.create_index("ix_receiving_services_team", "receiving_services", ["team_id"])
    op.create_index("ix_legal_bases_child", "legal_bases", ["child_id"])


def downgrade() -> None:
    for table in (
        "legal_bases",
        "receiving_services",
        "referral_steps",
        "referrals",
        "directory_places",
        "directory_terms",
        "directory_entries",
    ):
        op.drop_table(table)
