"""The stage of intervention, and the schools that its report counts by."""

import sqlalchemy as sa
from alembic import op

from chassis.database import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stages",
        sa.Column("stage_id", sa.String(36), primary_key=True),
        sa.Column("child_id", sa.String(36), nullable=False),
        sa.Column("stage", sa.SmallInteger, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("criteria", sa.JSON, nullable=False),
        sa.Column("agreed_by", sa.JSON, nullable=False),
        sa.Column("policy_version", sa.String(40), nullable=False),
        sa.Column("set_by", sa.String(64), nullable=False),
        sa.Column("set_at", UtcDateTime, nullable=False),
        sa.Column("ended_at", UtcDateTime),
        sa.Column("closed_at", UtcDateTime),
        sa.Column("school_id", sa.String(64)),
        sa.Column("duplicate", sa.Boolean, nullable=False),
    )
    op.create_table(
        "services",
        sa.Column("service_id", sa.String(64), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("is_school", sa.Boolean, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_table(
        "school_episodes",
        sa.Column("episode_id", sa.String(36), primary_key=True),
        sa.Column("child_id", sa.String(36), nullable=False),
        sa.Column("service_id", sa.String(64)),
        sa.Column("started_on", sa.Date),
        sa.Column("ended", sa.Boolean, nullable=False),
    )
    op.create_index("ix_stages_child", "stages", ["child_id", "stage_id"])
    op.create_index(
        "ix_stages_report", "stages", ["school_id", "stage", "set_at", "ended_at", "closed_at", "duplicate"]
    )
    in_force = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_stages_in_force", "stages", ["child_id"], unique=True, sqlite_where=in_force, postgresql_where=in_force
    )
    op.create_index("ix_school_episodes_child", "school_episodes", ["child_id"])
    op.create_index("ix_school_episodes_service", "school_episodes", ["service_id"])


def downgrade() -> None:
    for table in ("school_episodes", "services", "stages"):
        op.drop_table(table)
