"""features"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.db.migrations import tenant_table_v1
from shared.messaging.migrations import messaging_tables_v1
from shared.web.idempotency import idempotency_table_v1

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    messaging_tables_v1(op)
    idempotency_table_v1(op)
    op.create_table(
        "features",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("contact_version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("contact_deleted", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("contact_created_at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=True),
        sa.Column("customer_class", sa.Text(), nullable=True),
        sa.Column("order_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("first_order_at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=True),
        sa.Column("first_currency", sa.Text(), nullable=True),
        sa.Column("last_order_at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=True),
        sa.Column("days_between_orders", sa.Double(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("revenue", sa.Numeric(), server_default=sa.text("0"), nullable=False),
        sa.Column("average_order", sa.Numeric(), nullable=True),
        sa.Column(
            "other_revenue", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("contact_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("last_contact_at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=True),
        sa.Column("last_contact_kind", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "contact_id", name=op.f("features_pkey")),
    )
    op.create_index(
        "features_first_order_idx",
        "features",
        ["tenant_id", "first_currency", "first_order_at"],
        unique=False,
        postgresql_where=sa.text("first_order_at is not null"),
    )
    op.create_table(
        "known_interactions",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("previous_contact_id", sa.Uuid(), nullable=True),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("occurred_at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("known_interactions_pkey")),
    )
    op.create_index(
        "known_interactions_contact_idx",
        "known_interactions",
        ["tenant_id", "contact_id", "occurred_at"],
        unique=False,
        postgresql_where=sa.text("counted"),
    )
    op.create_table(
        "known_orders",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("previous_contact_id", sa.Uuid(), nullable=True),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sa.Column("is_return", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("placed_at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("amount", sa.Numeric(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("known_orders_pkey")),
    )
    op.create_index(
        "known_orders_contact_idx",
        "known_orders",
        ["tenant_id", "contact_id", "placed_at"],
        unique=False,
        postgresql_where=sa.text("counted"),
    )
    op.create_index(
        "known_orders_placed_at_idx",
        "known_orders",
        ["tenant_id", "currency", "placed_at"],
        unique=False,
        postgresql_include=["contact_id", "amount", "is_return"],
        postgresql_where=sa.text("counted"),
    )
    tenant_table_v1(op, "features")
    tenant_table_v1(op, "known_interactions")
    tenant_table_v1(op, "known_orders")


def downgrade() -> None:
    """There is nothing before the first revision but an empty database."""
    raise NotImplementedError("drop the database instead")
