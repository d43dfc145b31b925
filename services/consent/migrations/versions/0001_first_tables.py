"""The first tables of the consent service.

Revision: 0001
After: nothing
"""

import sqlalchemy as sa
from alembic import op

from chassis.database import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "access_log",
        sa.Column("entry_id", sa.String(length=36), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("viewer_id", sa.String(length=255), nullable=False),
        sa.Column("agency_id", sa.String(length=64), nullable=True),
        sa.Column("child_id", sa.String(length=36), nullable=True),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("salt", sa.String(length=32), nullable=True),
        sa.Column("leaf_hash", sa.String(length=64), nullable=False),
        sa.Column("leaf_index", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_access_log")),
        sa.UniqueConstraint("leaf_index", name=op.f("uq_access_log_leaf_index")),
    )
    op.create_index(op.f("ix_access_log_agency_id"), "access_log", ["agency_id"], unique=False)
    op.create_index(op.f("ix_access_log_child_id"), "access_log", ["child_id"], unique=False)
    op.create_index(
        "ix_access_log_unsequenced",
        "access_log",
        ["entry_id"],
        unique=False,
        sqlite_where=sa.text("leaf_index IS NULL"),
        postgresql_where=sa.text("leaf_index IS NULL"),
    )
    op.create_index(op.f("ix_access_log_viewer_id"), "access_log", ["viewer_id"], unique=False)
    op.create_table(
        "accounts",
        sa.Column("account_id", sa.String(length=36), nullable=False),
        sa.Column("child_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("identity", sa.String(length=255), nullable=True),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("accepted_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_accounts_code_hash")),
        sa.UniqueConstraint("identity", name=op.f("uq_accounts_identity")),
    )
    op.create_index(op.f("ix_accounts_child_id"), "accounts", ["child_id"], unique=False)
    op.create_table(
        "agencies",
        sa.Column("agency_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("sector", sa.String(length=20), nullable=False),
        sa.Column("ods_code", sa.String(length=10), nullable=True),
        sa.Column("urn", sa.String(length=6), nullable=True),
        sa.Column("contact", sa.String(length=500), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("agency_id", name=op.f("pk_agencies")),
    )
    op.create_table(
        "blocks",
        sa.Column("block_id", sa.String(length=36), nullable=False),
        sa.Column("child_id", sa.String(length=36), nullable=False),
        sa.Column("viewer_type", sa.String(length=20), nullable=False),
        sa.Column("viewer_id", sa.String(length=64), nullable=False),
        sa.Column("categories", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("valid_until", UtcDateTime(), nullable=True),
        sa.Column("placed_by", sa.String(length=64), nullable=False),
        sa.Column("placed_at", UtcDateTime(), nullable=False),
        sa.Column("lifted_by", sa.String(length=64), nullable=True),
        sa.Column("lifted_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("block_id", name=op.f("pk_blocks")),
    )
    op.create_index(op.f("ix_blocks_child_id"), "blocks", ["child_id"], unique=False)
    op.create_table(
        "children",
        sa.Column("child_id", sa.String(length=36), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("child_id", name=op.f("pk_children")),
    )
    op.create_table(
        "consents",
        sa.Column("consent_id", sa.String(length=36), nullable=False),
        sa.Column("child_id", sa.String(length=36), nullable=False),
        sa.Column("given_by", sa.String(length=20), nullable=False),
        sa.Column("basis", sa.String(length=30), nullable=False),
        sa.Column("categories", sa.JSON(), nullable=False),
        sa.Column("recipients", sa.JSON(), nullable=False),
        sa.Column("purposes", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("valid_until", UtcDateTime(), nullable=True),
        sa.Column("note", sa.String(length=2000), nullable=True),
        sa.Column("recorded_by", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("withdrawn_by", sa.String(length=64), nullable=True),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("consent_id", name=op.f("pk_consents")),
    )
    op.create_index(op.f("ix_consents_child_id"), "consents", ["child_id"], unique=False)
    op.create_table(
        "family",
        sa.Column("relationship_id", sa.String(length=36), nullable=False),
        sa.Column("child_id", sa.String(length=36), nullable=False),
        sa.Column("other_child_id", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("relationship_id", name=op.f("pk_family")),
    )
    op.create_index(op.f("ix_family_child_id"), "family", ["child_id"], unique=False)
    op.create_index(op.f("ix_family_other_child_id"), "family", ["other_child_id"], unique=False)
    op.create_table(
        "idempotency",
        sa.Column("caller", sa.String(length=100), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("caller", "action", "key", name=op.f("pk_idempotency")),
    )
    op.create_table(
        "inbox",
        sa.Column("event_id", sa.String(length=36), nullable=False),
        sa.Column("consumer", sa.String(length=60), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", "consumer", name=op.f("pk_inbox")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "involvements",
        sa.Column("reference", sa.String(length=50), nullable=False),
        sa.Column("child_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("practitioner_id", sa.String(length=64), nullable=True),
        sa.Column("service_id", sa.String(length=64), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("reference", name=op.f("pk_involvements")),
    )
    op.create_index(op.f("ix_involvements_child_id"), "involvements", ["child_id"], unique=False)
    op.create_index(op.f("ix_involvements_service_id"), "involvements", ["service_id"], unique=False)
    op.create_table(
        "log_nodes",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("level", "position", name=op.f("pk_log_nodes")),
    )
    op.create_table(
        "outbox",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("event_id", sa.String(length=36), nullable=False),
        sa.Column("topic", sa.String(length=100), nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("envelope", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_outbox")),
        sa.UniqueConstraint("event_id", name=op.f("uq_outbox_event_id")),
    )
    op.create_table(
        "practitioners",
        sa.Column("practitioner_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("agency_id", sa.String(length=64), nullable=True),
        sa.Column("role", sa.String(length=30), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("scope", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("practitioner_id", name=op.f("pk_practitioners")),
    )
    op.create_index(op.f("ix_practitioners_agency_id"), "practitioners", ["agency_id"], unique=False)
    op.create_index(op.f("ix_practitioners_role"), "practitioners", ["role"], unique=False)
    op.create_table(
        "services",
        sa.Column("service_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("agency_id", sa.String(length=64), nullable=False),
        sa.Column("team_id", sa.String(length=64), nullable=True),
        sa.Column("type", sa.String(length=60), nullable=False),
        sa.Column("sensitive", sa.Boolean(), nullable=False),
        sa.Column("contact", sa.String(length=500), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("service_id", name=op.f("pk_services")),
    )
    op.create_table(
        "team_members",
        sa.Column("practitioner_id", sa.String(length=64), nullable=False),
        sa.Column("team_id", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("practitioner_id", "team_id", name=op.f("pk_team_members")),
    )
    op.create_index(op.f("ix_team_members_team_id"), "team_members", ["team_id"], unique=False)
    op.create_table(
        "teams",
        sa.Column("team_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("agency_id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("team_id", name=op.f("pk_teams")),
    )
    op.create_table(
        "tree_heads",
        sa.Column("tree_size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("root_hash", sa.String(length=64), nullable=False),
        sa.Column("timestamp", sa.String(length=40), nullable=False),
        sa.Column("key_id", sa.String(length=64), nullable=False),
        sa.Column("signature", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("tree_size", name=op.f("pk_tree_heads")),
    )
    # ### end Alembic commands ###


def downgrade() -> None:

    op.drop_table("tree_heads")
    op.drop_table("teams")
    op.drop_index(op.f("ix_team_members_team_id"), table_name="team_members")
    op.drop_table("team_members")
    op.drop_table("services")
    op.drop_index(op.f("ix_practitioners_role"), table_name="practitioners")
    op.drop_index(op.f("ix_practitioners_agency_id"), table_name="practitioners")
    op.drop_table("practitioners")
    op.drop_table("outbox")
    op.drop_table("log_nodes")
    op.drop_index(op.f("ix_involvements_service_id"), table_name="involvements")
    op.drop_index(op.f("ix_involvements_child_id"), table_name="involvements")
    op.drop_table("involvements")
    op.drop_table("inbox")
    op.drop_table("idempotency")
    op.drop_index(op.f("ix_family_other_child_id"), table_name="family")
    op.drop_index(op.f("ix_family_child_id"), table_name="family")
    op.drop_table("family")
    op.drop_index(op.f("ix_consents_child_id"), table_name="consents")
    op.drop_table("consents")
    op.drop_table("children")
    op.drop_index(op.f("ix_blocks_child_id"), table_name="blocks")
    op.drop_table("blocks")
    op.drop_table("agencies")
    op.drop_index(op.f("ix_accounts_child_id"), table_name="accounts")
    op.drop_table("accounts")
    op.drop_index(op.f("ix_access_log_viewer_id"), table_name="access_log")
    op.drop_index(
        "ix_access_log_unsequenced",
        table_name="access_log",
        sqlite_where=sa.text("leaf_index IS NULL"),
        postgresql_where=sa.text("leaf_index IS NULL"),
    )
    op.drop_index(op.f("ix_access_log_child_id"), table_name="access_log")
    op.drop_index(op.f("ix_access_log_agency_id"), table_name="access_log")
    op.drop_table("access_log")
    # ### end Alembic commands ###
