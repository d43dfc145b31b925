"""Legal bases, overrides, and the posts of one person.

Revision: 0004
After: 0003
"""

import sqlalchemy as sa
from alembic import op

from chassis.database import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "legal_bases",
        sa.Column("basis_id", sa.String(length=36), nullable=False),
        sa.Column("child_id", sa.String(length=36), nullable=False),
        sa.Column("code", sa.String(length=30), nullable=False),
        sa.Column("categories", sa.JSON(), nullable=False),
        sa.Column("recipients", sa.JSON(), nullable=False),
        sa.Column("valid_until", UtcDateTime(), nullable=False),
        sa.Column("reference", sa.String(length=200), nullable=False),
        sa.Column("recorded_by", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("ended_by", sa.String(length=64), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("basis_id", name=op.f("pk_legal_bases")),
    )
    op.create_index(op.f("ix_legal_bases_child_id"), "legal_bases", ["child_id"], unique=False)
    op.create_table(
        "overrides",
        sa.Column("override_id", sa.String(length=36), nullable=False),
        sa.Column("child_id", sa.String(length=36), nullable=False),
        sa.Column("viewer_id", sa.String(length=64), nullable=False),
        sa.Column("agency_id", sa.String(length=64), nullable=True),
        sa.Column("reason_code", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("flags", sa.JSON(), nullable=False),
        sa.Column("categories", sa.JSON(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("reviewed_by", sa.String(length=64), nullable=True),
        sa.Column("reviewed_at", UtcDateTime(), nullable=True),
        sa.Column("justified", sa.Boolean(), nullable=True),
        sa.Column("note", sa.String(length=2000), nullable=True),
        sa.Column("reminded_at", UtcDateTime(), nullable=True),
        sa.Column("escalated_at", UtcDateTime(), nullable=True),
        sa.Column("disclosed_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("override_id", name=op.f("pk_overrides")),
    )
    op.create_index(op.f("ix_overrides_child_id"), "overrides", ["child_id"], unique=False)
    op.create_index(op.f("ix_overrides_viewer_id"), "overrides", ["viewer_id"], unique=False)
    with op.batch_alter_table("practitioners") as table:
        table.add_column(sa.Column("person_id", sa.String(length=64), nullable=True))
        table.create_index(op.f("ix_practitioners_person_id"), ["person_id"], unique=False)
    with op.batch_alter_table("access_log") as table:
        table.add_column(sa.Column("override_id", sa.String(length=36), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("access_log") as table:
        table.drop_column("override_id")
    with op.batch_alter_table("practitioners") as table:
        table.drop_index(op.f("ix_practitioners_person_id"))
        table.drop_column("person_id")
    op.drop_table("overrides")
    op.drop_table("legal_bases")
