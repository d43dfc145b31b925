"""Lists that are the whole roll: who is not on them has left.

Revision: 0009
After: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_BY_LIST = sa.text("ended_on IS NULL AND import_id IS NOT NULL")


def upgrade() -> None:
    op.add_column("imports", sa.Column("is_full_roll", sa.Boolean(), server_default=sa.false(), nullable=False))
    for name in ("leavers_limit", "leavers", "left_count"):
        op.add_column("imports", sa.Column(name, sa.Integer(), server_default="0", nullable=False))
    op.add_column("imports", sa.Column("leavers_held", sa.String(20)))
    op.create_index(
        "ix_episodes_by_list",
        "episodes",
        ["service_id", "import_id"],
        sqlite_where=_BY_LIST,
        postgresql_where=_BY_LIST,
    )


def downgrade() -> None:
    op.drop_index("ix_episodes_by_list", "episodes")
    for name in ("leavers_held", "left_count", "leavers", "leavers_limit", "is_full_roll"):
        op.drop_column("imports", name)
