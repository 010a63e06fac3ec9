"""privacy"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.db.migrations import record_table_v1, tenant_table_v1
from shared.db.record import Xid8
from shared.privacy.migrations import guard_erased_v1, privacy_tables_v1

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

INSTANT = postgresql.TIMESTAMP(timezone=True, precision=3)


def upgrade() -> None:
    privacy_tables_v1(op)
    guard_erased_v1(op, "contacts", "id", events=["insert"])
    op.create_table(
        "privacy_requests",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("deleted_at", INSTANT, nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("sync_xid", Xid8(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("contact_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("words", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("requester", sa.String(length=20), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("start_at", INSTANT, nullable=False),
        sa.Column("ask_at", INSTANT, nullable=True),
        sa.Column("started_at", INSTANT, nullable=True),
        sa.Column("completed_at", INSTANT, nullable=True),
        sa.Column("log_place", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("privacy_requests_pkey")),
    )
    op.create_index("privacy_requests_created_at_idx", "privacy_requests", ["tenant_id", "created_at", "id"])
    op.create_index(
        "privacy_requests_due_idx", "privacy_requests", ["ask_at"], postgresql_where=sa.text("ask_at is not null")
    )
    op.create_table(
        "privacy_answers",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("service", sa.String(length=20), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("counts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("answered_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "request_id", "service", name=op.f("privacy_answers_pkey")),
    )
    record_table_v1(op, "privacy_requests", system=True)
    tenant_table_v1(op, "privacy_answers")


def downgrade() -> None:
    op.drop_table("privacy_answers")
    op.drop_table("privacy_requests")
    for table in ("privacy_parts", "privacy_tasks", "erased_persons"):
        op.drop_table(table)
    op.execute("drop function contacts_of_nobody_erased cascade")
