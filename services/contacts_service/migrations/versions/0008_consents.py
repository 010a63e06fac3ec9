"""consents"""

import sqlalchemy as sa
from alembic import op

from shared.db.migrations import record_table_v1, tenant_table_v1
from shared.db.record import Instant, Xid8

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

LEDGERS = ("consent_decisions", "consent_texts")
"""What is proof stays as it was written: the app may add to it and read it."""
# The one way out of the ledger, for a person who is erased. Row-level security holds inside, too: nothing of a tenant
# other than the transaction's own is reached. It does not exist for changes.
ERASE = """
create function erase_consent_decisions(tenant uuid, contacts uuid[]) returns bigint
language plpgsql security definer
set search_path = pg_catalog, pg_temp as $$
declare
  erased bigint;
begin
  delete from public.consent_decisions where tenant_id = tenant and contact_id = any (contacts);
  get diagnostics erased = row_count;
  return erased;
end $$
"""
ERASE_SIGNATURE = "erase_consent_decisions(uuid, uuid[])"


def upgrade() -> None:
    _purposes()
    _decisions()
    _suppressed_addresses()
    _topics()
    _preference_links()
    for table in LEDGERS:
        op.execute(f"revoke update, delete on {table} from samphan_app")
    op.execute(ERASE)
    op.execute(f"revoke execute on function {ERASE_SIGNATURE} from public")
    op.execute(f"grant execute on function {ERASE_SIGNATURE} to samphan_app")


def _purposes() -> None:
    op.create_table(
        "consent_purposes",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=50), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("name_th", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("description_th", sa.String(length=2000), nullable=True),
        sa.Column("description_en", sa.String(length=2000), nullable=True),
        sa.Column("lawful_basis", sa.String(length=20), nullable=False),
        sa.Column("is_archived", sa.Boolean(), nullable=False),
        sa.Column("updated_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "key", name=op.f("consent_purposes_pkey")),
    )
    op.create_table(
        "consent_texts",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(length=50), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text_th", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "purpose", "version", name=op.f("consent_texts_pkey")),
    )
    tenant_table_v1(op, "consent_purposes")
    tenant_table_v1(op, "consent_texts")


def _decisions() -> None:
    op.create_table(
        "consent_decisions",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(length=50), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("decision", sa.String(length=10), nullable=False),
        sa.Column("lawful_basis", sa.String(length=20), nullable=True),
        sa.Column("occurred_at", Instant, nullable=False),
        sa.Column("recorded_at", Instant, server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("source", sa.String(length=50), nullable=False),
        sa.Column("evidence", sa.String(length=2000), nullable=True),
        sa.Column("text_version", sa.Integer(), nullable=True),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("consent_decisions_pkey")),
    )
    op.create_index("consent_decisions_contact_idx", "consent_decisions", ["tenant_id", "contact_id", "seq"])
    once = ["tenant_id", "contact_id", "purpose", "channel", "occurred_at", "decision"]
    op.create_index("consent_decisions_once_idx", "consent_decisions", once, unique=True)
    tenant_table_v1(op, "consent_decisions")


def _suppressed_addresses() -> None:
    op.create_table(
        "suppressed_addresses",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("purpose", sa.String(length=50), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("source", sa.String(length=50), nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("suppressed_addresses_pkey")),
    )
    once = ["tenant_id", "digest", "channel", "purpose", "contact_id"]
    op.create_index("suppressed_addresses_once_idx", "suppressed_addresses", once, unique=True)
    op.create_index("suppressed_addresses_contact_idx", "suppressed_addresses", ["tenant_id", "contact_id"])
    tenant_table_v1(op, "suppressed_addresses")


def _topics() -> None:
    op.create_table(
        "topics",
        *_record_columns(),
        sa.Column("key", sa.String(length=50), nullable=False),
        sa.Column("name_th", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("description_th", sa.String(length=2000), nullable=True),
        sa.Column("description_en", sa.String(length=2000), nullable=True),
        sa.Column("purpose", sa.String(length=50), nullable=False),
        sa.Column("subscribed_by_default", sa.Boolean(), nullable=False),
        sa.Column("frequency", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("topics_pkey")),
    )
    live = sa.text("deleted_at is null")
    op.create_index("topics_key_idx", "topics", ["tenant_id", "key"], unique=True, postgresql_where=live)
    op.create_index("topics_created_at_idx", "topics", ["tenant_id", "created_at", "id"], postgresql_where=live)
    op.create_table(
        "subscriptions",
        *_record_columns(),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("topic_id", sa.Uuid(), nullable=False),
        sa.Column("is_subscribed", sa.Boolean(), nullable=False),
        sa.Column("frequency", sa.String(length=20), nullable=True),
        sa.Column("paused_until", Instant, nullable=True),
        sa.Column("source", sa.String(length=50), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "topic_id"],
            ["topics.tenant_id", "topics.id"],
            name=op.f("subscriptions_tenant_id_topic_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("subscriptions_pkey")),
    )
    op.create_index("subscriptions_contact_idx", "subscriptions", ["tenant_id", "contact_id", "topic_id"], unique=True)
    op.create_index("subscriptions_topic_idx", "subscriptions", ["tenant_id", "topic_id", "contact_id"])
    record_table_v1(op, "topics")
    record_table_v1(op, "subscriptions")


def _record_columns() -> list[sa.Column[object]]:
    return [
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("updated_at", Instant, nullable=False),
        sa.Column("deleted_at", Instant, nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("sync_xid", Xid8(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
    ]


def _preference_links() -> None:
    op.create_table(
        "preference_links",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("topic_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("expires_at", Instant, nullable=False),
        sa.Column("revoked_at", Instant, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("preference_links_pkey")),
    )
    op.create_index("preference_links_contact_idx", "preference_links", ["tenant_id", "contact_id", "id"])
    tenant_table_v1(op, "preference_links")


def downgrade() -> None:
    op.execute(f"drop function {ERASE_SIGNATURE}")
    for table in ("preference_links", "subscriptions", "topics", "suppressed_addresses", "consent_decisions"):
        op.drop_table(table)
    op.drop_table("consent_texts")
    op.drop_table("consent_purposes")
