"""visibility"""

from alembic import op

from shared.teams.migrations import known_teams_v1

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    known_teams_v1(op)
    op.execute(
        "create index known_contacts_owner_idx on known_contacts (tenant_id, owner_id) where owner_id is not null"
    )


def downgrade() -> None:
    op.execute("drop index known_contacts_owner_idx")
    op.drop_table("known_teams")
