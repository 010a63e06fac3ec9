"""fields"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.db.migrations import record_table_v1, tenant_table_v1
from shared.db.record import Xid8

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# As `collation.sort_key` orders names, but for what folds accents and digits: a Thai vowel written before a consonant
# counts behind it, tone marks and case do not count.
SORT_TEXT = """
create function sort_text(given text) returns text language sql immutable strict parallel safe as $$
  select left(regexp_replace(translate(lower(given), '็่้๊๋์', ''), '([เ-ไ])([ก-ฮ])', '\\2\\1', 'g'), 320)
$$
"""


def upgrade() -> None:
    op.create_table(
        "field_definitions",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=False),
        sa.Column("deleted_at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("sync_xid", Xid8(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.Column("record_type", sa.String(length=10), nullable=False),
        sa.Column("key", sa.String(length=50), nullable=False),
        sa.Column("value_type", sa.String(length=10), nullable=False),
        sa.Column("labels", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("description", sa.String(length=1000), nullable=True),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("is_unique", sa.Boolean(), nullable=False),
        sa.Column("default_value", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("options", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("limits", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("target", sa.String(length=10), nullable=True),
        sa.Column("index_state", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("field_definitions_pkey")),
    )
    op.create_index("field_definitions_key_idx", "field_definitions", ["tenant_id", "record_type", "key"], unique=True)
    op.create_table(
        "field_stamps",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("record_type", sa.String(length=10), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "record_type", name=op.f("field_stamps_pkey")),
    )
    op.create_table(
        "custom_field_values",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("field_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=False),
        sa.Column("number", sa.Double(), nullable=True),
        sa.Column("text", sa.Text(collation="C"), nullable=True),
        sa.Column("unique_key", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint(
            "tenant_id", "record_id", "field_id", "position", name=op.f("custom_field_values_pkey")
        ),
    )
    for column in ("number", "text"):
        op.create_index(
            f"custom_field_values_{column}_idx",
            "custom_field_values",
            ["tenant_id", "field_id", column, "created_at", "record_id"],
            postgresql_where=sa.text(f"{column} is not null"),
        )
    op.create_index(
        "custom_field_values_unique_idx",
        "custom_field_values",
        ["tenant_id", "field_id", "unique_key"],
        unique=True,
        postgresql_where=sa.text("unique_key is not null"),
    )
    for table in ("contacts", "companies"):
        empty = sa.text("'{}'::jsonb")
        op.add_column(table, sa.Column("custom_fields", postgresql.JSONB(), server_default=empty, nullable=False))
    record_table_v1(op, "field_definitions")
    tenant_table_v1(op, "field_stamps")
    tenant_table_v1(op, "custom_field_values")
    op.execute(SORT_TEXT)


def downgrade() -> None:
    op.execute("drop function sort_text(text)")
    for table in ("contacts", "companies"):
        op.drop_column(table, "custom_fields")
    for table in ("custom_field_values", "field_stamps", "field_definitions"):
        op.drop_table(table)
