"""Who held the index, counted.

Revision: 0015
After: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_TURNS = sa.Sequence("index_turns")


def upgrade() -> None:
    if op.get_bind().dialect.supports_sequences:
        op.execute(sa.schema.CreateSequence(_TURNS))


def downgrade() -> None:
    if op.get_bind().dialect.supports_sequences:
        op.execute(sa.schema.DropSequence(_TURNS))
