"""Indexes in the order of the chronology.

Revision: 0017
After: 0016
"""

import sqlalchemy as sa
from alembic import op

from chassis.migrations import add_index

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_ENDED = sa.text("ended_on IS NOT NULL")


def upgrade() -> None:
    add_index("ix_episodes_started", "episodes", ["child_no", "started_on"])
    add_index("ix_episodes_ended", "episodes", ["child_no", "ended_on"], sqlite_where=_ENDED, postgresql_where=_ENDED)
    add_index("ix_lead_professionals_assigned", "lead_professionals", ["child_no", "assigned_at"])


def downgrade() -> None:
    op.drop_index("ix_lead_professionals_assigned", "lead_professionals")
    op.drop_index("ix_episodes_ended", "episodes")
    op.drop_index("ix_episodes_started", "episodes")
