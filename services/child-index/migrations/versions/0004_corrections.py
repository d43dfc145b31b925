"""Corrections and their history; hidden names; when an address was left, its UPRN; deceased children."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("children", sa.Column("died_on", sa.Date()))
    op.add_column("addresses", sa.Column("until", sa.Date()))
    op.add_column("addresses", sa.Column("uprn", sa.String(12)))
    op.create_table(
        "hidden_names",
        sa.Column("child_no", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("given_name", sa.String(100), nullable=False),
        sa.Column("family_name", sa.String(100), nullable=False),
        sa.Column("hidden_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["child_no"], ["children.child_no"]),
        sa.PrimaryKeyConstraint("child_no", "given_name", "family_name"),
    )
    op.create_table(
        "hidden_keys",
        sa.Column("h", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("child_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("h", "child_no"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "record_changes",
        sa.Column("change_id", sa.String(36), nullable=False),
        sa.Column("child_no", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("field", sa.String(20), nullable=False),
        sa.Column("category", sa.String(20), nullable=False),
        sa.Column("before", sa.JSON()),
        sa.Column("after", sa.JSON()),
        sa.Column("other_child_id", sa.String(36)),
        sa.Column("origin", sa.String(10), nullable=False),
        sa.Column("changed_by", sa.String(64), nullable=False),
        sa.Column("agency_id", sa.String(64)),
        sa.Column("changed_at", _TIME, nullable=False),
        sa.Column("reason", sa.String(500)),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.Column("by_sensitive", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["child_no"], ["children.child_no"]),
        sa.PrimaryKeyConstraint("change_id", "child_no", "field"),
    )
    op.create_index("ix_record_changes_child_no", "record_changes", ["child_no", "change_id"])


def downgrade() -> None:
    for table in ("record_changes", "hidden_keys", "hidden_names"):
        op.drop_table(table)
    op.drop_column("addresses", "uprn")
    op.drop_column("addresses", "until")
    op.drop_column("children", "died_on")
