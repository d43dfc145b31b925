"""Officers' signals, the log entries behind each, and how far the log has been examined.

Revision: 0007
After: 0006
"""

import sqlalchemy as sa
from alembic import op

from chassis.database import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "signals",
        sa.Column("signal_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("viewer_id", sa.String(length=255), nullable=False),
        sa.Column("agency_id", sa.String(length=64), nullable=True),
        sa.Column("period", sa.Date(), nullable=False),
        sa.Column("began_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=False),
        sa.Column("found_at", UtcDateTime(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("peak", sa.Integer(), nullable=False),
        sa.Column("thresholds", sa.JSON(), nullable=False),
        sa.Column("policy_version", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("signal_id", name=op.f("pk_signals")),
    )
    op.create_index(op.f("ix_signals_viewer_id"), "signals", ["viewer_id"], unique=False)
    op.create_index(op.f("ix_signals_agency_id_signal_id"), "signals", ["agency_id", "signal_id"], unique=False)
    op.create_index(op.f("ix_signals_ended_at"), "signals", ["ended_at"], unique=False)
    op.create_table(
        "signal_entries",
        sa.Column("signal_id", sa.String(length=36), nullable=False),
        sa.Column("entry_id", sa.String(length=36), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("signal_id", "entry_id", name=op.f("pk_signal_entries")),
    )
    op.create_index(op.f("ix_signal_entries_at"), "signal_entries", ["at"], unique=False)
    op.create_table(
        "signal_progress",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_signal_progress")),
    )


def downgrade() -> None:
    for table in ("signal_progress", "signal_entries", "signals"):
        op.drop_table(table)
