"""contacts and companies"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.db.migrations import record_table_v1, sync_stamp_v1, tenant_table_v1
from shared.db.record import Xid8
from shared.messaging.migrations import messaging_tables_v1
from shared.operations.models import operations_table_v1
from shared.web.idempotency import idempotency_table_v1

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


SEARCH = """
create function search_contacts(tenant uuid, wanted int[], patterns text[], most int) returns setof uuid
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select contact_id from public.contact_search
  where tenant_id = tenant and grams @> wanted and text like all (patterns) limit most
$$
"""


def upgrade() -> None:
    sync_stamp_v1(op)
    messaging_tables_v1(op)
    idempotency_table_v1(op)
    operations_table_v1(op)
    op.create_table(
        "companies",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=False),
        sa.Column("deleted_at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("sync_xid", Xid8(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("sort_name", sa.String(length=320), nullable=False),
        sa.Column("tax_id", sa.String(length=20), nullable=True),
        sa.Column("website", sa.String(length=500), nullable=True),
        sa.Column("industry", sa.String(length=100), nullable=True),
        sa.Column("customer_class", sa.String(length=20), nullable=True),
        sa.Column("emails", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("phones", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("addresses", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("external_ids", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("tags", postgresql.ARRAY(sa.String(length=50)), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "parent_id"],
            ["companies.tenant_id", "companies.id"],
            name=op.f("companies_tenant_id_parent_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("companies_pkey")),
    )
    op.create_index(
        "companies_created_at_idx",
        "companies",
        ["tenant_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at is null"),
    )
    op.create_index(
        "companies_parent_id_idx",
        "companies",
        ["tenant_id", "parent_id"],
        unique=False,
        postgresql_where=sa.text("parent_id is not null"),
    )
    op.create_index(
        "companies_sort_name_idx",
        "companies",
        ["tenant_id", "sort_name", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at is null"),
    )
    op.create_index("companies_sync_idx", "companies", ["tenant_id", "sync_xid", "id"], unique=False)
    op.create_index(
        "companies_tax_id_idx",
        "companies",
        ["tenant_id", "tax_id"],
        unique=True,
        postgresql_where=sa.text("deleted_at is null and tax_id is not null"),
    )
    op.create_table(
        "contact_keys",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("value", sa.String(length=400), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "kind", "value", "contact_id", name=op.f("contact_keys_pkey")),
    )
    op.create_index("contact_keys_contact_idx", "contact_keys", ["tenant_id", "contact_id"], unique=False)
    op.create_index(
        "contact_keys_unique_idx",
        "contact_keys",
        ["tenant_id", "kind", "value"],
        unique=True,
        postgresql_where=sa.text("kind in ('email', 'external')"),
    )
    op.create_table(
        "contact_search",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("grams", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "contact_id", name=op.f("contact_search_pkey")),
    )
    op.create_index("contact_search_grams_idx", "contact_search", ["grams"], unique=False, postgresql_using="gin")
    op.create_table(
        "contacts",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=False),
        sa.Column("deleted_at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("sync_xid", Xid8(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.Column("prefix", sa.String(length=100), nullable=True),
        sa.Column("given_name", sa.String(length=100), nullable=True),
        sa.Column("middle_name", sa.String(length=100), nullable=True),
        sa.Column("family_name", sa.String(length=100), nullable=True),
        sa.Column("suffix", sa.String(length=100), nullable=True),
        sa.Column("nickname", sa.String(length=100), nullable=True),
        sa.Column("name_order", sa.String(length=20), nullable=False),
        sa.Column("full_name", sa.String(length=320), nullable=False),
        sa.Column("sort_name", sa.String(length=320), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=True),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("emails", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("phones", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("addresses", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("birthday", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("sex", sa.String(length=50), nullable=True),
        sa.Column("occupation", sa.String(length=200), nullable=True),
        sa.Column("education", sa.String(length=200), nullable=True),
        sa.Column("job_title", sa.String(length=200), nullable=True),
        sa.Column("home_province", sa.String(length=100), nullable=True),
        sa.Column("income_band", sa.String(length=100), nullable=True),
        sa.Column("social_class", sa.String(length=100), nullable=True),
        sa.Column("customer_class", sa.String(length=20), nullable=True),
        sa.Column("lifecycle_stage", sa.String(length=50), nullable=True),
        sa.Column("language", sa.String(length=35), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=True),
        sa.Column("external_ids", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("tags", postgresql.ARRAY(sa.String(length=50)), nullable=False),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "company_id"],
            ["companies.tenant_id", "companies.id"],
            name=op.f("contacts_tenant_id_company_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("contacts_pkey")),
    )
    op.create_index(
        "contacts_company_id_idx",
        "contacts",
        ["tenant_id", "company_id"],
        unique=False,
        postgresql_where=sa.text("company_id is not null"),
    )
    op.create_index(
        "contacts_created_at_idx",
        "contacts",
        ["tenant_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at is null"),
    )
    op.create_index(
        "contacts_owner_id_idx",
        "contacts",
        ["tenant_id", "owner_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at is null"),
    )
    op.create_index(
        "contacts_sort_name_idx",
        "contacts",
        ["tenant_id", "sort_name", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at is null"),
    )
    op.create_index("contacts_sync_idx", "contacts", ["tenant_id", "sync_xid", "id"], unique=False)
    op.create_index(
        "contacts_updated_at_idx",
        "contacts",
        ["tenant_id", "updated_at", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at is null"),
    )
    record_table_v1(op, "companies")
    record_table_v1(op, "contacts")
    tenant_table_v1(op, "contact_keys")
    tenant_table_v1(op, "contact_search", definer=True)
    op.execute(SEARCH)
    op.execute("revoke execute on function search_contacts from public")
    op.execute("grant execute on function search_contacts to samphan_app")


def downgrade() -> None:
    """There is nothing before the first revision but an empty database."""
    raise NotImplementedError("drop the database instead")
