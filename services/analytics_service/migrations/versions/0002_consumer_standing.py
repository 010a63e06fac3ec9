"""consumer standing"""

from alembic import op

from shared.messaging.migrations import consumer_standing_v1

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    consumer_standing_v1(op)


def downgrade() -> None:
    op.drop_table("consumer_log_end")
    op.drop_table("consumer_halt")
