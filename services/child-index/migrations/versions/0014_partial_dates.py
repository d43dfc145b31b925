"""How sure the parts of a date of birth are.

Revision: 0014
After: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("children", sa.Column("born_accuracy", sa.String(3), nullable=False, server_default="AAA"))
    with op.batch_alter_table("record_changes") as table:
        table.alter_column("field", existing_type=sa.String(20), type_=sa.String(40), existing_nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("record_changes") as table:
        table.alter_column("field", existing_type=sa.String(40), type_=sa.String(20), existing_nullable=False)
    op.drop_column("children", "born_accuracy")
