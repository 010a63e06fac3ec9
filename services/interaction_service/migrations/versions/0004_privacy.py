"""privacy"""

from alembic import op

from shared.privacy.migrations import guard_erased_v1, privacy_tables_v1

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    privacy_tables_v1(op)
    guard_erased_v1(op, "interactions", "contact_id")
    guard_erased_v1(op, "orders", "contact_id")


def downgrade() -> None:
    """Refused: without its tombstones a database would take erased persons in again."""
    raise NotImplementedError("migrate forwards instead")
