"""unique keys"""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Who loses a race learns of its kind by the index: row-level security keeps the key itself from him."""
    for kind in ("email", "external"):
        op.execute(
            f"create unique index contact_keys_{kind}_idx on contact_keys (tenant_id, value) where kind = '{kind}'"
        )
    op.execute("drop index contact_keys_unique_idx")


def downgrade() -> None:
    op.execute(
        "create unique index contact_keys_unique_idx on contact_keys (tenant_id, kind, value)"
        " where kind in ('email', 'external')"
    )
    for kind in ("email", "external"):
        op.execute(f"drop index contact_keys_{kind}_idx")
