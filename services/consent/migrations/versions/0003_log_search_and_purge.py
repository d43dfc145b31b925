"""The log is searched by time within child, viewer, agency or outcome; a purged entry names nobody.

Revision: 0003
After: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_BEFORE = ("viewer_id", "agency_id", "child_id")
_RARE = "outcome <> 'permitted'"


def _partial(name: str, columns: list[str], where: str) -> None:
    clause = sa.text(where)
    op.create_index(name, "access_log", columns, sqlite_where=clause, postgresql_where=clause)


def upgrade() -> None:
    for column in _BEFORE:
        op.drop_index(f"ix_access_log_{column}", table_name="access_log")
    op.drop_index("ix_access_log_unsequenced", table_name="access_log")
    with op.batch_alter_table("access_log") as table:
        table.alter_column("viewer_id", existing_type=sa.String(length=255), nullable=True)
    _partial("ix_access_log_unsequenced", ["entry_id"], "leaf_index IS NULL")
    _partial("ix_access_log_at", ["at", "entry_id"], "body IS NOT NULL")
    for column in _BEFORE:
        op.create_index(f"ix_access_log_{column}_at", "access_log", [column, "at", "entry_id"])
    _partial("ix_access_log_outcome_at", ["outcome", "at", "entry_id"], _RARE)
    _partial("ix_access_log_viewer_id_outcome_at", ["viewer_id", "outcome", "at", "entry_id"], _RARE)
    _partial("ix_access_log_agency_id_outcome_at", ["agency_id", "outcome", "at", "entry_id"], _RARE)


def downgrade() -> None:
    for name in ("agency_id_outcome_at", "viewer_id_outcome_at", "outcome_at", "at", "unsequenced"):
        op.drop_index(f"ix_access_log_{name}", table_name="access_log")
    for column in _BEFORE:
        op.drop_index(f"ix_access_log_{column}_at", table_name="access_log")
    with op.batch_alter_table("access_log") as table:
        # Refused by the database once entries were purged: they have no viewer any more.
        table.alter_column("viewer_id", existing_type=sa.String(length=255), nullable=False)
    _partial("ix_access_log_unsequenced", ["entry_id"], "leaf_index IS NULL")
    for column in _BEFORE:
        op.create_index(f"ix_access_log_{column}", "access_log", [column])
