"""duplicates and merges"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.db.migrations import record_table_v1, tenant_table_v1
from shared.db.record import Xid8

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

INSTANT = postgresql.TIMESTAMP(timezone=True, precision=3)


def upgrade() -> None:
    op.add_column("contacts", sa.Column("merged_into", sa.Uuid(), nullable=True))
    op.create_index(
        "contacts_merged_into_idx",
        "contacts",
        ["tenant_id", "merged_into"],
        unique=False,
        postgresql_where=sa.text("merged_into is not null"),
    )
    _duplicates()
    _merges()
    tenant_table_v1(op, "duplicate_keys")
    tenant_table_v1(op, "duplicate_weights")
    record_table_v1(op, "duplicates")
    record_table_v1(op, "merges")
    tenant_table_v1(op, "merge_moves")


def _record_columns() -> list[sa.Column[object]]:
    return [
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("deleted_at", INSTANT, nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("sync_xid", Xid8(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
    ]


def _duplicates() -> None:
    op.create_table(
        "duplicate_keys",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "key", "contact_id", name=op.f("duplicate_keys_pkey")),
    )
    op.create_index("duplicate_keys_contact_idx", "duplicate_keys", ["tenant_id", "contact_id"], unique=False)
    op.create_table(
        "duplicate_weights",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("weights", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("learnt_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("duplicate_weights_pkey")),
    )
    op.create_table(
        "duplicates",
        *_record_columns(),
        sa.Column("left_id", sa.Uuid(), nullable=False),
        sa.Column("right_id", sa.Uuid(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("reasons", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("fingerprint", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(length=10), server_default=sa.text("'open'"), nullable=False),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("duplicates_pkey")),
    )
    op.create_index("duplicates_pair_idx", "duplicates", ["tenant_id", "left_id", "right_id"], unique=True)
    op.create_index("duplicates_right_idx", "duplicates", ["tenant_id", "right_id"], unique=False)
    op.create_index("duplicates_score_idx", "duplicates", ["tenant_id", "status", "score", "id"], unique=False)
    op.create_index("duplicates_created_at_idx", "duplicates", ["tenant_id", "created_at", "id"], unique=False)
    op.create_index("duplicates_sync_idx", "duplicates", ["tenant_id", "sync_xid", "id"], unique=False)


def _merges() -> None:
    op.create_table(
        "merges",
        *_record_columns(),
        sa.Column("survivor_id", sa.Uuid(), nullable=False),
        sa.Column("merged_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("choices", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("changed_fields", postgresql.ARRAY(sa.String(length=50)), nullable=False),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("merged_by", sa.Uuid(), nullable=True),
        sa.Column("undone_at", INSTANT, nullable=True),
        sa.Column("undone_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("merges_pkey")),
    )
    op.create_index("merges_created_at_idx", "merges", ["tenant_id", "created_at", "id"], unique=False)
    op.create_index(
        "merges_standing_idx",
        "merges",
        ["tenant_id", "survivor_id"],
        unique=False,
        postgresql_where=sa.text("undone_at is null"),
    )
    op.create_index("merges_sync_idx", "merges", ["tenant_id", "sync_xid", "id"], unique=False)
    op.create_table(
        "merge_moves",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("table_name", sa.String(length=63), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("row_key", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "table_name", "contact_id", "row_key", name=op.f("merge_moves_pkey")),
    )
    op.create_index("merge_moves_holder_idx", "merge_moves", ["tenant_id", "table_name", "holder_id"], unique=False)


def downgrade() -> None:
    op.drop_table("duplicates")
    op.drop_table("duplicate_weights")
    op.drop_table("duplicate_keys")
    op.drop_table("merge_moves")
    op.drop_table("merges")
    op.drop_index("contacts_merged_into_idx", "contacts")
    op.drop_column("contacts", "merged_into")
