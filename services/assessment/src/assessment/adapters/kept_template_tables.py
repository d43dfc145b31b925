"""The table of an authority's own templates that were put over HTTP."""

import sqlalchemy as sa

from assessment.adapters.metadata import metadata
from chassis.database import UtcDateTime

kept_templates = sa.Table(
    "kept_templates",
    metadata,
    sa.Column("template_id", sa.String(64), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    # As it was put, without the id and the version.
    sa.Column("data", sa.JSON, nullable=False),
    sa.Column("put_by", sa.String(64), nullable=False),
    sa.Column("put_at", UtcDateTime, nullable=False),
)
