"""interactions and orders"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.db.migrations import record_table_v1, sync_stamp_v1, tenant_table_v1
from shared.db.record import Xid8
from shared.messaging.migrations import messaging_tables_v1
from shared.web.idempotency import idempotency_table_v1

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    sync_stamp_v1(op)
    messaging_tables_v1(op)
    idempotency_table_v1(op)
    op.create_table(
        "interaction_keys",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("system", sa.String(length=50), nullable=False),
        sa.Column("external_id", sa.String(length=200), nullable=False),
        sa.Column("interaction_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "system", "external_id", name=op.f("interaction_keys_pkey")),
    )
    op.create_index(
        "interaction_keys_interaction_idx", "interaction_keys", ["tenant_id", "interaction_id"], unique=False
    )
    op.create_table(
        "interactions",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=False),
        sa.Column("deleted_at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("sync_xid", Xid8(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("direction", sa.String(length=20), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=True),
        sa.Column("subject", sa.String(length=300), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("outcome", sa.String(length=200), nullable=True),
        sa.Column("resolution", sa.String(length=2000), nullable=True),
        sa.Column("duration_s", sa.Integer(), nullable=True),
        sa.Column("responsible_id", sa.Uuid(), nullable=True),
        sa.Column("occurred_at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=False),
        sa.Column("follow_up_at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=True),
        sa.Column("follow_up_done_at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=True),
        sa.Column("external_ids", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("tags", postgresql.ARRAY(sa.String(length=50)), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("interactions_pkey")),
    )
    op.create_index(
        "interactions_created_at_idx",
        "interactions",
        ["tenant_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at is null"),
    )
    op.create_index(
        "interactions_follow_up_idx",
        "interactions",
        ["tenant_id", "follow_up_at", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at is null and follow_up_at is not null"),
    )
    op.create_index(
        "interactions_occurred_at_idx",
        "interactions",
        ["tenant_id", "occurred_at", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at is null"),
    )
    op.create_index("interactions_sync_idx", "interactions", ["tenant_id", "sync_xid", "id"], unique=False)
    op.create_index(
        "interactions_updated_at_idx",
        "interactions",
        ["tenant_id", "updated_at", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at is null"),
    )
    op.create_table(
        "known_contact_keys",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("system", sa.String(length=50), nullable=False),
        sa.Column("ref", sa.String(length=320), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "system", "ref", "contact_id", name=op.f("known_contact_keys_pkey")),
    )
    op.create_index("known_contact_keys_contact_idx", "known_contact_keys", ["tenant_id", "contact_id"], unique=False)
    op.create_table(
        "known_contacts",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("full_name", sa.String(length=320), nullable=True),
        sa.Column("emails", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("phones", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("external_ids", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("known_contacts_pkey")),
    )
    op.create_table(
        "orders",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=False),
        sa.Column("deleted_at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("sync_xid", Xid8(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("contact_system", sa.String(length=50), nullable=True),
        sa.Column("contact_key", sa.String(length=320), nullable=True),
        sa.Column("source", sa.String(length=50), nullable=False),
        sa.Column("number", sa.String(length=100), nullable=False),
        sa.Column(
            "live_number",
            sa.String(length=100),
            sa.Computed("case when deleted_at is null then number end", persisted=True),
            nullable=True,
        ),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("placed_at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("discount_amount", sa.Numeric(precision=18, scale=2), nullable=False),
        sa.Column("tax_amount", sa.Numeric(precision=18, scale=2), nullable=False),
        sa.Column("total_amount", sa.Numeric(precision=18, scale=2), nullable=False),
        sa.Column("returned_amount", sa.Numeric(precision=18, scale=2), nullable=False),
        sa.Column("quantity", sa.Numeric(), nullable=True),
        sa.Column("lines", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("tags", postgresql.ARRAY(sa.String(length=50)), nullable=False),
        sa.Column("cancelled_at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=True),
        sa.Column("import_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("orders_pkey")),
    )
    op.create_index(
        "orders_created_at_idx",
        "orders",
        ["tenant_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at is null"),
    )
    op.create_index(
        "orders_placed_at_idx",
        "orders",
        ["tenant_id", "placed_at", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at is null"),
    )
    op.create_index("orders_sync_idx", "orders", ["tenant_id", "sync_xid", "id"], unique=False)
    op.create_index(
        "orders_unlinked_idx",
        "orders",
        ["tenant_id", "contact_system", "contact_key"],
        unique=False,
        postgresql_where=sa.text("contact_id is null and contact_key is not null"),
    )
    op.create_index(
        "orders_updated_at_idx",
        "orders",
        ["tenant_id", "updated_at", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at is null"),
    )
    op.create_index("orders_number_idx", "orders", ["tenant_id", "source", "live_number"], unique=True)
    # The last ones made: of two indexes that seem equally good, as all do of a table without statistics, the planner
    # takes the newer one.
    op.create_index(
        "interactions_contact_idx",
        "interactions",
        ["tenant_id", "contact_id", "occurred_at", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at is null"),
    )
    op.create_index(
        "orders_contact_idx",
        "orders",
        ["tenant_id", "contact_id", "placed_at", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at is null"),
    )
    record_table_v1(op, "interactions")
    record_table_v1(op, "orders")
    tenant_table_v1(op, "interaction_keys")
    tenant_table_v1(op, "known_contacts")
    tenant_table_v1(op, "known_contact_keys")


def downgrade() -> None:
    """There is nothing before the first revision but an empty database."""
    raise NotImplementedError("drop the database instead")
