"""traits"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.db.migrations import record_table_v1
from shared.db.record import Xid8

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "traits",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=False),
        sa.Column("deleted_at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("sync_xid", Xid8(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_key", sa.String(length=200), nullable=False),
        sa.Column("value", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("origin", sa.String(length=10), nullable=False),
        sa.Column("source", sa.String(length=100), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("observed_at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=False),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=True),
        sa.Column("superseded_at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=True),
        sa.Column("earlier_of", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contact_id"],
            ["contacts.tenant_id", "contacts.id"],
            name=op.f("traits_tenant_id_contact_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("traits_pkey")),
    )
    op.create_index("traits_contact_idx", "traits", ["tenant_id", "contact_id", "observed_at", "id"], unique=False)
    op.create_index(
        "traits_name_idx",
        "traits",
        ["tenant_id", "kind", "name_key", "id"],
        unique=False,
        postgresql_where=sa.text("superseded_at is null and deleted_at is null"),
    )
    op.create_index(
        "traits_observation_idx",
        "traits",
        ["tenant_id", "contact_id", "kind", "name_key", "source", "observed_at"],
        unique=True,
        postgresql_where=sa.text("superseded_at is null"),
    )
    op.create_index("traits_sync_idx", "traits", ["tenant_id", "sync_xid", "id"], unique=False)
    record_table_v1(op, "traits")


def downgrade() -> None:
    op.drop_table("traits")
