"""An entry's place in the tree is a row of its own, and what waits for one is listed: no entry is written twice.

Revision: 0012
After: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_WAITING = sa.text("leaf_index IS NULL")


def upgrade() -> None:
    op.create_table(
        "log_waiting",
        sa.Column("entry_id", sa.String(length=36), nullable=False),
        sa.Column("leaf_hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_log_waiting")),
    )
    op.create_table(
        "log_leaves",
        sa.Column("leaf_index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("leaf_index", name=op.f("pk_log_leaves")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_log_leaves_entry_id")),
    )
    op.execute("INSERT INTO log_waiting SELECT entry_id, leaf_hash FROM access_log WHERE leaf_index IS NULL")
    op.execute(
        "INSERT INTO log_leaves SELECT leaf_index, entry_id FROM access_log WHERE leaf_index IS NOT NULL ORDER BY 1"
    )
    op.drop_index("ix_access_log_unsequenced", table_name="access_log")
    with op.batch_alter_table("access_log") as table:
        table.drop_constraint("uq_access_log_leaf_index", type_="unique")
        table.drop_column("leaf_index")


def downgrade() -> None:
    with op.batch_alter_table("access_log") as table:
        table.add_column(sa.Column("leaf_index", sa.BigInteger(), nullable=True))
    op.execute(
        "UPDATE access_log SET leaf_index ="
        " (SELECT leaf_index FROM log_leaves WHERE log_leaves.entry_id = access_log.entry_id)"
    )
    with op.batch_alter_table("access_log") as table:
        table.create_unique_constraint("uq_access_log_leaf_index", ["leaf_index"])
    op.create_index(
        "ix_access_log_unsequenced", "access_log", ["entry_id"], sqlite_where=_WAITING, postgresql_where=_WAITING
    )
    op.drop_table("log_leaves")
    op.drop_table("log_waiting")
