"""Records that answer as one: which was merged into which, and the root of each."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("children", sa.Column("root_no", _NUMBER))
    op.create_index(
        "ix_children_root_no",
        "children",
        ["root_no"],
        sqlite_where=sa.text("root_no IS NOT NULL"),
        postgresql_where=sa.text("root_no IS NOT NULL"),
    )
    op.create_table(
        "merges",
        sa.Column("merge_id", sa.String(36), nullable=False),
        sa.Column("from_no", _NUMBER, nullable=False),
        sa.Column("into_no", _NUMBER, nullable=False),
        sa.Column("note", sa.String(500)),
        sa.Column("merged_by", sa.String(64), nullable=False),
        sa.Column("merged_at", _TIME, nullable=False),
        sa.Column("undone_by", sa.String(64)),
        sa.Column("undone_at", _TIME),
        sa.ForeignKeyConstraint(["from_no"], ["children.child_no"]),
        sa.ForeignKeyConstraint(["into_no"], ["children.child_no"]),
        sa.PrimaryKeyConstraint("merge_id"),
    )
    op.create_index("ix_merges_from_no", "merges", ["from_no"])
    op.create_index("ix_merges_into_no", "merges", ["into_no"])
    op.create_index(
        "uq_merges_active",
        "merges",
        ["from_no"],
        unique=True,
        sqlite_where=sa.text("undone_at IS NULL"),
        postgresql_where=sa.text("undone_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("merges")
    op.drop_index("ix_children_root_no", "children")
    op.drop_column("children", "root_no")
