"""merged contacts"""

from alembic import op

from shared.db.successors import successors_table_v1

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    successors_table_v1(op)


def downgrade() -> None:
    op.drop_table("successors")
