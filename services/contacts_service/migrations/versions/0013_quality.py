"""quality"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.db.migrations import tenant_table_v1

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Contacts that there are get their scores when they are told again, change, or are rescored."""
    instant = postgresql.TIMESTAMP(timezone=True, precision=3)
    op.create_table(
        "quality_rules",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", instant, nullable=False),
        sa.Column("weights", postgresql.JSONB(), nullable=False),
        sa.Column("stale_after_days", sa.SmallInteger(), nullable=False),
        sa.Column("good_from", sa.SmallInteger(), nullable=False),
        sa.Column("fair_from", sa.SmallInteger(), nullable=False),
        sa.Column("operation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("quality_rules_pkey")),
    )
    op.create_table(
        "contact_quality",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("contact_version", sa.BigInteger(), nullable=False),
        sa.Column("score", sa.SmallInteger(), nullable=False),
        sa.Column("quality_class", sa.String(length=10), nullable=False),
        sa.Column("kinds", postgresql.ARRAY(sa.String(length=30)), nullable=False),
        sa.Column("due_at", instant, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "contact_id", name=op.f("contact_quality_pkey")),
    )
    op.create_index("contact_quality_score_idx", "contact_quality", ["tenant_id", "score", "contact_id"])
    is_due = sa.text("due_at is not null")
    op.create_index("contact_quality_due_idx", "contact_quality", ["due_at", "tenant_id"], postgresql_where=is_due)
    tenant_table_v1(op, "quality_rules")
    tenant_table_v1(op, "contact_quality", system=True)


def downgrade() -> None:
    op.drop_table("contact_quality")
    op.drop_table("quality_rules")
