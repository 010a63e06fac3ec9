"""privacy"""

from alembic import op

from shared.privacy.migrations import privacy_tables_v1

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    privacy_tables_v1(op)


def downgrade() -> None:
    """Refused: without its tombstones a database would take erased persons in again."""
    raise NotImplementedError("migrate forwards instead")
