"""The child index's first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "agencies",
        sa.Column("agency_id", sa.String(64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("agency_id"),
    )
    op.create_table(
        "blocking_keys",
        sa.Column("h", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("child_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("h", "child_no"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "children",
        sa.Column("child_no", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("child_id", sa.String(36), nullable=False),
        sa.Column("given_name", sa.String(100), nullable=False),
        sa.Column("family_name", sa.String(100), nullable=False),
        sa.Column("date_of_birth", sa.Date(), nullable=False),
        sa.Column("sex", sa.String(20)),
        sa.Column("nhs_number", sa.String(10)),
        sa.Column("upn", sa.String(13)),
        sa.Column("created_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("child_no"),
        sa.UniqueConstraint("child_id"),
    )
    op.create_table(
        "idempotency",
        sa.Column("caller", sa.String(100), nullable=False),
        sa.Column("action", sa.String(60), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("caller", "action", "key"),
    )
    op.create_table(
        "imports",
        sa.Column("import_id", sa.String(36), nullable=False),
        sa.Column("service_id", sa.String(64), nullable=False),
        sa.Column("agency_id", sa.String(64)),
        sa.Column("created_by", sa.String(64), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("processed", sa.Integer(), nullable=False),
        sa.Column("created", sa.Integer(), nullable=False),
        sa.Column("matched", sa.Integer(), nullable=False),
        sa.Column("review", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("next_chunk", sa.Integer(), nullable=False),
        sa.Column("last_event_id", sa.String(36)),
        sa.Column("finished_at", _TIME),
        sa.PrimaryKeyConstraint("import_id"),
    )
    op.create_index("ix_imports_state", "imports", ["state"])
    op.create_table(
        "inbox",
        sa.Column("event_id", sa.String(36), nullable=False),
        sa.Column("consumer", sa.String(60), nullable=False),
        sa.Column("received_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("event_id", "consumer"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "outbox",
        sa.Column("seq", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("event_id", sa.String(36), nullable=False),
        sa.Column("topic", sa.String(100), nullable=False),
        sa.Column("key", sa.String(100), nullable=False),
        sa.Column("envelope", sa.Text(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("event_id"),
    )
    op.create_table(
        "practitioners",
        sa.Column("practitioner_id", sa.String(64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("agency_id", sa.String(64)),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("email", sa.Text()),
        sa.Column("phone", sa.Text()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("practitioner_id"),
    )
    op.create_table(
        "services",
        sa.Column("service_id", sa.String(64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("agency_id", sa.String(64), nullable=False),
        sa.Column("team_id", sa.String(64)),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("sensitive", sa.Boolean(), nullable=False),
        sa.Column("contact", sa.Text()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("service_id"),
    )
    op.create_table(
        "addresses",
        sa.Column("address_id", sa.String(36), nullable=False),
        sa.Column("child_no", _NUMBER, nullable=False),
        sa.Column("address_line", sa.String(200)),
        sa.Column("postcode", sa.String(8)),
        sa.Column("since", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["child_no"], ["children.child_no"]),
        sa.PrimaryKeyConstraint("address_id"),
    )
    op.create_index("ix_addresses_child_no", "addresses", ["child_no"])
    op.create_table(
        "episodes",
        sa.Column("episode_id", sa.String(36), nullable=False),
        sa.Column("child_no", _NUMBER, nullable=False),
        sa.Column("service_id", sa.String(64), nullable=False),
        sa.Column("agency_id", sa.String(64), nullable=False),
        sa.Column("practitioner_id", sa.String(64)),
        sa.Column("sensitive", sa.Boolean(), nullable=False),
        sa.Column("contact", sa.String(200)),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date()),
        sa.Column("end_reason", sa.String(500)),
        sa.Column("opened_by", sa.String(64), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["child_no"], ["children.child_no"]),
        sa.PrimaryKeyConstraint("episode_id"),
    )
    op.create_index("ix_episodes_child_no", "episodes", ["child_no"])
    op.create_index(
        "uq_episodes_open_of_practitioner",
        "episodes",
        ["child_no", "service_id", "practitioner_id", "sensitive"],
        unique=True,
        sqlite_where=sa.text("ended_on IS NULL"),
        postgresql_where=sa.text("ended_on IS NULL"),
    )
    op.create_index(
        "uq_episodes_open_of_service",
        "episodes",
        ["child_no", "service_id", "sensitive"],
        unique=True,
        sqlite_where=sa.text("ended_on IS NULL AND practitioner_id IS NULL"),
        postgresql_where=sa.text("ended_on IS NULL AND practitioner_id IS NULL"),
    )
    op.create_table(
        "import_chunks",
        sa.Column("import_id", sa.String(36), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rows", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["imports.import_id"]),
        sa.PrimaryKeyConstraint("import_id", "number"),
    )
    op.create_table(
        "import_rejections",
        sa.Column("import_id", sa.String(36), nullable=False),
        sa.Column("row_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("field", sa.String(40), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["imports.import_id"]),
        sa.PrimaryKeyConstraint("import_id", "row_no", "field"),
    )
    op.create_table(
        "import_results",
        sa.Column("import_id", sa.String(36), nullable=False),
        sa.Column("row_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("local_id", sa.String(100)),
        sa.Column("outcome", sa.String(10), nullable=False),
        sa.Column("child_id", sa.String(36)),
        sa.Column("review_id", sa.String(36)),
        sa.Column("score", sa.Float()),
        sa.ForeignKeyConstraint(["import_id"], ["imports.import_id"]),
        sa.PrimaryKeyConstraint("import_id", "row_no"),
    )
    op.create_table(
        "lead_professionals",
        sa.Column("lead_id", sa.String(36), nullable=False),
        sa.Column("child_no", _NUMBER, nullable=False),
        sa.Column("practitioner_id", sa.String(64), nullable=False),
        sa.Column("reason", sa.String(500)),
        sa.Column("assigned_by", sa.String(64), nullable=False),
        sa.Column("assigned_at", _TIME, nullable=False),
        sa.Column("ended_at", _TIME),
        sa.ForeignKeyConstraint(["child_no"], ["children.child_no"]),
        sa.PrimaryKeyConstraint("lead_id"),
    )
    op.create_index("ix_lead_professionals_child_no", "lead_professionals", ["child_no"])
    op.create_index(
        "uq_lead_professionals_present",
        "lead_professionals",
        ["child_no"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "match_reviews",
        sa.Column("review_id", sa.String(36), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("created_by", sa.String(64), nullable=False),
        sa.Column("agency_id", sa.String(64)),
        sa.Column("service_id", sa.String(64)),
        sa.Column("source", sa.String(80), nullable=False),
        sa.Column("source_key", sa.String(120), nullable=False),
        sa.Column("submitted", sa.JSON(), nullable=False),
        sa.Column("candidate_no", _NUMBER, nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("because", sa.JSON(), nullable=False),
        sa.Column("resolved_at", _TIME),
        sa.Column("resolved_by", sa.String(64)),
        sa.Column("result_no", _NUMBER),
        sa.ForeignKeyConstraint(["candidate_no"], ["children.child_no"]),
        sa.ForeignKeyConstraint(["result_no"], ["children.child_no"]),
        sa.PrimaryKeyConstraint("review_id"),
    )
    op.create_index("ix_match_reviews_candidate_no", "match_reviews", ["candidate_no"])
    op.create_index("ix_match_reviews_state", "match_reviews", ["state", "review_id"])
    op.create_table(
        "other_names",
        sa.Column("child_no", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("given_name", sa.String(100), nullable=False),
        sa.Column("family_name", sa.String(100), nullable=False),
        sa.Column("recorded_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["child_no"], ["children.child_no"]),
        sa.PrimaryKeyConstraint("child_no", "given_name", "family_name"),
    )
    op.create_table(
        "partings",
        sa.Column("child_no", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("other_child_no", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("review_id", sa.String(36), nullable=False),
        sa.ForeignKeyConstraint(["child_no"], ["children.child_no"]),
        sa.ForeignKeyConstraint(["other_child_no"], ["children.child_no"]),
        sa.PrimaryKeyConstraint("child_no", "other_child_no"),
    )
    op.create_table(
        "relationships",
        sa.Column("relationship_id", sa.String(36), nullable=False),
        sa.Column("child_no", _NUMBER, nullable=False),
        sa.Column("other_child_no", _NUMBER),
        sa.Column("given_name", sa.String(100)),
        sa.Column("family_name", sa.String(100)),
        sa.Column("phone", sa.String(40)),
        sa.Column("relationship", sa.String(30), nullable=False),
        sa.Column("created_by", sa.String(64), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["child_no"], ["children.child_no"]),
        sa.ForeignKeyConstraint(["other_child_no"], ["children.child_no"]),
        sa.PrimaryKeyConstraint("relationship_id"),
        sa.UniqueConstraint("child_no", "other_child_no", name="uq_relationships_pair"),
    )
    op.create_index("ix_relationships_other_child_no", "relationships", ["other_child_no"])
    op.create_table(
        "source_records",
        sa.Column("source", sa.String(80), nullable=False),
        sa.Column("source_key", sa.String(120), nullable=False),
        sa.Column("submitted", sa.JSON(none_as_null=True)),
        sa.Column("child_no", _NUMBER),
        sa.Column("review_id", sa.String(36)),
        sa.Column("pending", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["child_no"], ["children.child_no"]),
        sa.PrimaryKeyConstraint("source", "source_key"),
    )
    op.create_index("ix_source_records_child_no", "source_records", ["child_no"])


def downgrade() -> None:
    for table in (
        "source_records",
        "relationships",
        "partings",
        "other_names",
        "match_reviews",
        "lead_professionals",
        "import_results",
        "import_rejections",
        "import_chunks",
        "episodes",
        "addresses",
        "services",
        "practitioners",
        "outbox",
        "inbox",
        "imports",
        "idempotency",
        "children",
        "blocking_keys",
        "agencies",
    ):
        op.drop_table(table)
