"""Life events, and when and by whom things were done that the chronology tells of."""

import sqlalchemy as sa
from alembic import op

from chassis.database import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "life_events",
        sa.Column("life_event_id", sa.String(36), primary_key=True),
        sa.Column("child_id", sa.String(36), nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("category", sa.String(20), nullable=False),
        sa.Column("occurred_on", sa.Date, nullable=False),
        sa.Column("accuracy", sa.String(3), nullable=False),
        sa.Column("words", sa.Text),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("recorded_by", sa.String(64), nullable=False),
        sa.Column("agency_id", sa.String(64)),
        sa.Column("recorded_at", UtcDateTime, nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_table(
        "life_event_versions",
        sa.Column("life_event_id", sa.String(36), sa.ForeignKey("life_events.life_event_id"), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("occurred_on", sa.Date, nullable=False),
        sa.Column("accuracy", sa.String(3), nullable=False),
        sa.Column("words", sa.Text),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("changed_at", UtcDateTime, nullable=False),
    )
    stands = sa.text("status <> 'withdrawn'")
    op.create_index(
        "ix_life_events_chronology",
        "life_events",
        ["child_id", "category", "occurred_on", "life_event_id"],
        sqlite_where=stands,
        postgresql_where=stands,
    )
    op.add_column("practitioners", sa.Column("agency_id", sa.String(64)))
    op.add_column("team_memberships", sa.Column("joined_at", UtcDateTime))
    op.add_column("actions", sa.Column("done_at", UtcDateTime))
    op.add_column("actions", sa.Column("done_by", sa.String(64)))
    # What the release before writes from here on is without these, and is read all the same.
    op.execute("UPDATE actions SET done_at = changed_at, done_by = changed_by WHERE status = 'done'")
    op.execute(
        "UPDATE team_memberships SET joined_at = (SELECT answered_at FROM team_invitations AS i"
        " WHERE i.invitation_id = team_memberships.invitation_id AND i.accepted)"
    )


def downgrade() -> None:
    op.drop_column("actions", "done_by")
    op.drop_column("actions", "done_at")
    op.drop_column("team_memberships", "joined_at")
    op.drop_column("practitioners", "agency_id")
    op.drop_table("life_event_versions")
    op.drop_table("life_events")
