"""What each sender said of each child, so that a link can be undone; what became of a review that was taken back."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "statements",
        sa.Column("statement_no", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("child_no", _NUMBER, nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("source", sa.String(80), nullable=False),
        sa.Column("source_key", sa.String(120), nullable=False),
        sa.Column("person", sa.JSON(), nullable=False),
        sa.Column("said_on", sa.Date(), nullable=False),
        sa.Column("import_id", sa.String(36)),
        sa.Column("row_no", sa.Integer()),
        sa.Column("review_id", sa.String(36)),
        sa.Column("score", sa.Float()),
        sa.Column("undone_at", _TIME),
        sa.Column("undone_by", sa.String(64)),
        sa.ForeignKeyConstraint(["child_no"], ["children.child_no"]),
        sa.PrimaryKeyConstraint("statement_no"),
    )
    op.create_index("ix_statements_child_no", "statements", ["child_no"])
    linked = sa.text("kind = 'linked' AND import_id IS NOT NULL")
    op.create_index(
        "ix_statements_linked",
        "statements",
        ["import_id", "row_no"],
        sqlite_where=linked,
        postgresql_where=linked,
    )
    op.execute(_FIRST[op.get_bind().dialect.name])
    op.add_column("episodes", sa.Column("import_id", sa.String(36)))
    op.add_column("match_reviews", sa.Column("import_id", sa.String(36)))
    op.add_column("match_reviews", sa.Column("undone_at", _TIME))
    op.add_column("match_reviews", sa.Column("undone_by", sa.String(64)))


# What is known of the children of before is what they are registered with: no link of before is undone.
_FIELDS = (
    "'given_name', given_name, 'family_name', family_name, 'date_of_birth', {born}, 'sex', sex, "
    "'address_line', NULL, 'postcode', NULL, 'nhs_number', nhs_number, 'upn', upn"
)
_INSERT = (  # of nothing that comes from outside
    "INSERT INTO statements (child_no, kind, source, source_key, person, said_on) "  # noqa: S608
    "SELECT child_no, 'registered', 'before', child_id, {made}(" + _FIELDS + "), {day} FROM children ORDER BY child_no"
)
_FIRST = {
    "sqlite": _INSERT.format(made="json_object", born="date_of_birth", day="date(created_at)"),
    "postgresql": _INSERT.format(
        made="json_build_object",
        born="to_char(date_of_birth, 'YYYY-MM-DD')",
        day="(created_at AT TIME ZONE 'UTC')::date",
    ),
}


def downgrade() -> None:
    for table, column in (
        ("match_reviews", "undone_by"),
        ("match_reviews", "undone_at"),
        ("match_reviews", "import_id"),
        ("episodes", "import_id"),
    ):
        op.drop_column(table, column)
    op.drop_table("statements")
