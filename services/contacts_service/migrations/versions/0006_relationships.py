"""relationships"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.db.migrations import Operations, record_table_v1
from shared.db.record import Xid8

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# RFC 9562's version 7 on PostgreSQL 15, too: a random UUID with the instant in front.
NEW_ID = """encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
  placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6),
  52, 1), 53, 1), 'hex')::uuid"""
EMPLOY = f"""
  insert into relationships
    (tenant_id, id, version, created_at, updated_at, kind, inverse_kind, contact_id, other_company_id, valid_from)
  select new.tenant_id, {NEW_ID}, 1, new.updated_at, new.updated_at, 'employer', 'employee', new.id, new.company_id"""
# Whoever writes `company_id`, by whatever way, and in no further statement: the employment that was the main one ends
# the day before, and the new one is there. `valid_from` stays unknown where nothing was known before.
FOLLOW = f"""
create function follow_company_id() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and old.company_id is not null then
    update relationships
    set valid_to = greatest(valid_from, current_date - 1), title = coalesce(title, old.job_title),
      version = version + 1, updated_at = new.updated_at
    where tenant_id = new.tenant_id and contact_id = new.id and other_company_id = old.company_id
      and kind = 'employer' and valid_to is null and deleted_at is null;
  end if;
  if new.company_id is not null then{EMPLOY},
    case when tg_op = 'UPDATE' and old.company_id is not null then current_date end
  on conflict do nothing;
  end if;
  return null;
end $$
"""  # noqa: S608 - our own names
TRIGGERS = """
create trigger contacts_employed after insert on contacts for each row
  when (new.company_id is not null) execute function follow_company_id();
create trigger contacts_employer_changed after update of company_id on contacts for each row
  when (old.company_id is distinct from new.company_id) execute function follow_company_id()
"""
BACKFILL = f"{EMPLOY}, null from contacts new where company_id is not null"


def upgrade() -> None:
    op.create_table(
        "relationship_kinds",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=False),
        sa.Column("deleted_at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("sync_xid", Xid8(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.Column("key", sa.String(length=50), nullable=False),
        sa.Column("inverse_key", sa.String(length=50), nullable=False),
        sa.Column("name", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("inverse_name", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("pairs", postgresql.ARRAY(sa.String(length=20)), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("relationship_kinds_pkey")),
    )
    op.create_index(
        "relationship_kinds_key_idx",
        "relationship_kinds",
        ["tenant_id", "key"],
        unique=True,
        postgresql_where=sa.text("deleted_at is null"),
    )
    op.create_index("relationship_kinds_sync_idx", "relationship_kinds", ["tenant_id", "sync_xid", "id"], unique=False)
    op.create_table(
        "buying_roles",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=False),
        sa.Column("deleted_at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("sync_xid", Xid8(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("roles", postgresql.ARRAY(sa.String(length=30)), nullable=False),
        sa.Column("influence", sa.String(length=10), nullable=True),
        sa.Column("attitude", sa.String(length=10), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "company_id"],
            ["companies.tenant_id", "companies.id"],
            name=op.f("buying_roles_tenant_id_company_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contact_id"],
            ["contacts.tenant_id", "contacts.id"],
            name=op.f("buying_roles_tenant_id_contact_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("buying_roles_pkey")),
    )
    op.create_index("buying_roles_company_idx", "buying_roles", ["tenant_id", "company_id", "contact_id"], unique=True)
    op.create_index("buying_roles_contact_idx", "buying_roles", ["tenant_id", "contact_id"], unique=False)
    op.create_index("buying_roles_sync_idx", "buying_roles", ["tenant_id", "sync_xid", "id"], unique=False)
    op.create_table(
        "relationships",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=False),
        sa.Column("deleted_at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("sync_xid", Xid8(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.Column("kind", sa.String(length=50), nullable=False),
        sa.Column("inverse_kind", sa.String(length=50), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=True),
        sa.Column("other_contact_id", sa.Uuid(), nullable=True),
        sa.Column("other_company_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=True),
        sa.Column("role", sa.String(length=200), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.CheckConstraint("num_nonnulls(contact_id, company_id) = 1", name=op.f("relationships_this_check")),
        sa.CheckConstraint(
            "num_nonnulls(other_contact_id, other_company_id) = 1", name=op.f("relationships_other_check")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "company_id"],
            ["companies.tenant_id", "companies.id"],
            name=op.f("relationships_tenant_id_company_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contact_id"],
            ["contacts.tenant_id", "contacts.id"],
            name=op.f("relationships_tenant_id_contact_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "other_company_id"],
            ["companies.tenant_id", "companies.id"],
            name=op.f("relationships_tenant_id_other_company_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "other_contact_id"],
            ["contacts.tenant_id", "contacts.id"],
            name=op.f("relationships_tenant_id_other_contact_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("relationships_pkey")),
    )
    op.create_index(
        "relationships_company_id_idx",
        "relationships",
        ["tenant_id", "company_id", "id"],
        unique=False,
        postgresql_where=sa.text("company_id is not null"),
    )
    op.create_index(
        "relationships_contact_id_idx",
        "relationships",
        ["tenant_id", "contact_id", "id"],
        unique=False,
        postgresql_where=sa.text("contact_id is not null"),
    )
    op.create_index(
        "relationships_household_idx",
        "relationships",
        ["tenant_id", "contact_id"],
        unique=True,
        postgresql_where=sa.text("kind = 'household_head' and valid_to is null and deleted_at is null"),
    )
    op.create_index(
        "relationships_kind_idx",
        "relationships",
        ["tenant_id", "kind"],
        unique=False,
        postgresql_where=sa.text("kind <> 'employer'"),
    )
    op.create_index(
        "relationships_open_idx",
        "relationships",
        [
            "tenant_id",
            sa.text("(coalesce(contact_id, company_id))"),
            sa.text("(coalesce(other_contact_id, other_company_id))"),
            "kind",
        ],
        unique=True,
        postgresql_where=sa.text("valid_to is null and deleted_at is null"),
    )
    op.create_index(
        "relationships_other_company_id_idx",
        "relationships",
        ["tenant_id", "other_company_id", "id"],
        unique=False,
        postgresql_where=sa.text("other_company_id is not null"),
    )
    op.create_index(
        "relationships_other_contact_id_idx",
        "relationships",
        ["tenant_id", "other_contact_id", "id"],
        unique=False,
        postgresql_where=sa.text("other_contact_id is not null"),
    )
    op.create_index("relationships_sync_idx", "relationships", ["tenant_id", "sync_xid", "id"], unique=False)
    op.add_column("companies", sa.Column("latitude", sa.Double(), nullable=True))
    op.add_column("companies", sa.Column("longitude", sa.Double(), nullable=True))
    op.add_column(
        "companies",
        sa.Column("band", sa.Integer(), sa.Computed("floor(latitude * 100)::integer", persisted=True), nullable=True),
    )
    op.create_index(
        "companies_position_idx",
        "companies",
        ["tenant_id", "band", "longitude"],
        unique=False,
        postgresql_where=sa.text("deleted_at is null and latitude is not null"),
    )
    _employ(op)
    for table in ("relationships", "relationship_kinds", "buying_roles"):
        record_table_v1(op, table)
    op.execute(FOLLOW)
    for trigger in TRIGGERS.split(";"):
        op.execute(trigger)


def _employ(op: Operations) -> None:
    """An employment for each contact that has a company: the owner sees them as long as this policy is there."""
    op.execute("create policy employing on contacts for select to current_user using (true)")
    op.execute(BACKFILL)
    op.execute("drop policy employing on contacts")


def downgrade() -> None:
    op.execute("drop trigger contacts_employed on contacts")
    op.execute("drop trigger contacts_employer_changed on contacts")
    op.execute("drop function follow_company_id")
    op.drop_index(
        "companies_position_idx",
        table_name="companies",
        postgresql_where=sa.text("deleted_at is null and latitude is not null"),
    )
    op.drop_column("companies", "band")
    op.drop_column("companies", "longitude")
    op.drop_column("companies", "latitude")
    op.drop_index("relationships_sync_idx", table_name="relationships")
    op.drop_index(
        "relationships_other_contact_id_idx",
        table_name="relationships",
        postgresql_where=sa.text("other_contact_id is not null"),
    )
    op.drop_index(
        "relationships_other_company_id_idx",
        table_name="relationships",
        postgresql_where=sa.text("other_company_id is not null"),
    )
    op.drop_index(
        "relationships_open_idx",
        table_name="relationships",
        postgresql_where=sa.text("valid_to is null and deleted_at is null"),
    )
    op.drop_index("relationships_kind_idx", table_name="relationships", postgresql_where=sa.text("kind <> 'employer'"))
    op.drop_index(
        "relationships_household_idx",
        table_name="relationships",
        postgresql_where=sa.text("kind = 'household_head' and valid_to is null and deleted_at is null"),
    )
    op.drop_index(
        "relationships_contact_id_idx", table_name="relationships", postgresql_where=sa.text("contact_id is not null")
    )
    op.drop_index(
        "relationships_company_id_idx", table_name="relationships", postgresql_where=sa.text("company_id is not null")
    )
    op.drop_table("relationships")
    op.drop_index("buying_roles_sync_idx", table_name="buying_roles")
    op.drop_index("buying_roles_contact_idx", table_name="buying_roles")
    op.drop_index("buying_roles_company_idx", table_name="buying_roles")
    op.drop_table("buying_roles")
    op.drop_index("relationship_kinds_sync_idx", table_name="relationship_kinds")
    op.drop_index(
        "relationship_kinds_key_idx", table_name="relationship_kinds", postgresql_where=sa.text("deleted_at is null")
    )
    op.drop_table("relationship_kinds")
