"""How a consent was given, who was reminded of its end, and who was asked and what they said.

Revision: 0005
After: 0004
"""

import sqlalchemy as sa
from alembic import op

from chassis.database import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("consents", sa.Column("evidence", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("consents", sa.Column("reminded_at", UtcDateTime(), nullable=True))
    op.create_index(op.f("ix_consents_valid_until"), "consents", ["valid_until"], unique=False)
    op.create_table(
        "consent_requests",
        sa.Column("request_id", sa.String(length=36), nullable=False),
        sa.Column("child_id", sa.String(length=36), nullable=False),
        sa.Column("asked_of", sa.String(length=20), nullable=False),
        sa.Column("categories", sa.JSON(), nullable=False),
        sa.Column("recipients", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("note", sa.String(length=2000), nullable=True),
        sa.Column("recorded_by", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_consent_requests")),
    )
    op.create_index(op.f("ix_consent_requests_child_id"), "consent_requests", ["child_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_consent_requests_child_id"), table_name="consent_requests")
    op.drop_table("consent_requests")
    op.drop_index(op.f("ix_consents_valid_until"), table_name="consents")
    op.drop_column("consents", "reminded_at")
    op.drop_column("consents", "evidence")
