"""Which versions of templates were ever used, and a hash of what each was."""

import sqlalchemy as sa
from alembic import op

from chassis.database import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "used_templates",
        sa.Column("template_id", sa.String(64), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("content_hash", sa.String(64), nullable=True),
        sa.Column("first_used_at", UtcDateTime, nullable=False),
    )
    # What they were nobody noted: the service notes it at its next start.
    op.execute(
        "INSERT INTO used_templates (template_id, version, first_used_at) "
        "SELECT template_id, template_version, min(begun_at) FROM assessments GROUP BY template_id, template_version"
    )


def downgrade() -> None:
    op.drop_table("used_templates")
