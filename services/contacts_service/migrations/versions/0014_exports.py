"""exports"""

from alembic import op

from shared.db.migrations import record_table_v1

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
    create table exports (
      tenant_id uuid not null,
      id uuid not null,
      version bigint not null,
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      deleted_at timestamptz(3),
      owner_id uuid,
      sync_xid xid8 not null default pg_current_xact_id(),
      format varchar(20) not null,
      compressed boolean not null,
      language varchar(2) not null,
      question jsonb not null,
      status varchar(10) not null,
      rows integer,
      parts jsonb not null,
      horizon bigint,
      operation_id uuid,
      expires_at timestamptz(3),
      constraint exports_pkey primary key (tenant_id, id)
    )
    """)
    op.execute("create index exports_created_at_idx on exports (tenant_id, created_at, id) where deleted_at is null")
    op.execute("create index exports_expiry_idx on exports (tenant_id, expires_at) where status = 'succeeded'")
    record_table_v1(op, "exports", system=True)


def downgrade() -> None:
    op.drop_table("exports")
