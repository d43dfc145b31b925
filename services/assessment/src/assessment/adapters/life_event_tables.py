"""The tables of life events."""

import sqlalchemy as sa

from assessment.adapters.metadata import metadata
from chassis.database import UtcDateTime

_STANDS = sa.text("status <> 'withdrawn'")

life_events = sa.Table(
    "life_events",
    metadata,
    sa.Column("life_event_id", sa.String(36), primary_key=True),
    sa.Column("child_id", sa.String(36), nullable=False),
    sa.Column("code", sa.String(40), nullable=False),
    # Who may know of it at all.
    sa.Column("category", sa.String(20), nullable=False),
    # Parts that are not known are 1.
    sa.Column("occurred_on", sa.Date, nullable=False),
    sa.Column("accuracy", sa.String(3), nullable=False),
    sa.Column("words", sa.Text),
    sa.Column("status", sa.String(10), nullable=False),
    # Of the last change.
    sa.Column("reason", sa.Text),
    sa.Column("recorded_by", sa.String(64), nullable=False),
    sa.Column("agency_id", sa.String(64)),
    sa.Column("recorded_at", UtcDateTime, nullable=False),
    sa.Column("changed_at", UtcDateTime, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    # What is withdrawn is in no chronology.
    sa.Index(
        "ix_life_events_chronology",
        "child_id",
        "category",
        "occurred_on",
        "life_event_id",
        sqlite_where=_STANDS,
        postgresql_where=_STANDS,
    ),
)

# What each version said. Rows are added here and never changed.
life_event_versions = sa.Table(
    "life_event_versions",
    metadata,
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
