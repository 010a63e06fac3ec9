"""visibility"""

from alembic import op

from shared.teams.migrations import known_teams_v1

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Who owns a customer that was known before is told by its next event, or by a rebuild of the projection."""
    known_teams_v1(op)
    op.execute("alter table features add column owner_id uuid")
    op.execute("create index features_owner_idx on features (tenant_id, owner_id) where owner_id is not null")


def downgrade() -> None:
    op.execute("alter table features drop column owner_id")
    op.drop_table("known_teams")
