"""Tenants, users, API keys and sign-ins.

Some look-ups come before the tenant is known: by the id of an API key, by an e-mail address. They are SECURITY DEFINER
functions that answer one exact question each, so that the API needs no login that sees all tenants.
"""

from alembic import op

from shared.db.migrations import APP_ROLE, record_table_v1, sync_stamp_v1, tenant_table_v1
from shared.messaging.migrations import messaging_tables_v1
from shared.web.idempotency import idempotency_table_v1

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

RECORD = """
  tenant_id uuid not null,
  id uuid not null,
  version bigint not null,
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  deleted_at timestamptz(3),
  owner_id uuid,
  sync_xid xid8 not null default pg_current_xact_id()
"""

TABLES = (
    f"""
    create table tenants ({RECORD},
      name varchar(200) not null,
      locale varchar(35) not null,
      time_zone varchar(64) not null,
      cors_origins text[] not null,
      constraint tenants_pkey primary key (tenant_id, id),
      constraint tenants_own_check check (id = tenant_id)
    )
    """,
    f"""
    create table users ({RECORD},
      email varchar(320) not null,
      full_name varchar(200) not null,
      roles text[] not null,
      visibility varchar(10) not null,
      password_hash text,
      disabled_at timestamptz(3),
      signed_out_at timestamptz(3),
      constraint users_pkey primary key (tenant_id, id),
      constraint users_visibility_check check (visibility in ('all', 'team', 'own'))
    )
    """,
    "create unique index users_email_key on users (tenant_id, email) where deleted_at is null",
    "create index users_email_lookup_idx on users (email)",
    f"""
    create table api_keys ({RECORD},
      key_id char(12) not null,
      secret_hash bytea not null,
      name varchar(200) not null,
      integration_id uuid not null,
      scopes text[] not null,
      expires_at timestamptz(3),
      last_used_at timestamptz(3),
      constraint api_keys_pkey primary key (tenant_id, id),
      constraint api_keys_secret_hash_check check (octet_length(secret_hash) = 32)
    )
    """,
    "create unique index api_keys_key_id_key on api_keys (key_id)",
    "create index api_keys_integration_idx on api_keys (tenant_id, integration_id)",
    """
    create table sign_ins (
      tenant_id uuid not null,
      id uuid not null,
      user_id uuid not null,
      generation integer not null,
      created_at timestamptz(3) not null,
      rotated_at timestamptz(3) not null,
      expires_at timestamptz(3) not null,
      revoked_at timestamptz(3),
      constraint sign_ins_pkey primary key (tenant_id, id),
      constraint sign_ins_tenant_id_user_id_fkey foreign key (tenant_id, user_id) references users (tenant_id, id)
    )
    """,
    "create index sign_ins_user_idx on sign_ins (tenant_id, user_id)",
    "create index sign_ins_expires_at_idx on sign_ins (expires_at)",
)

FUNCTIONS = {
    "api_key_by_key_id(text)": """
    create function api_key_by_key_id(wanted text)
      returns table (tenant_id uuid, id uuid, secret_hash bytea, integration_id uuid, scopes text[],
        expires_at timestamptz, cors_origins text[])
      language sql stable security definer set search_path = pg_catalog, pg_temp as $$
      select k.tenant_id, k.id, k.secret_hash, k.integration_id, k.scopes, k.expires_at, t.cors_origins
      from public.api_keys k join public.tenants t on t.tenant_id = k.tenant_id and t.id = k.tenant_id
      where k.key_id = wanted::char(12) and k.deleted_at is null and t.deleted_at is null
    $$
    """,
    "accounts_by_email(text, uuid)": """
    create function accounts_by_email(wanted text, only_tenant uuid)
      returns table (tenant_id uuid, user_id uuid, password_hash text)
      language sql stable security definer set search_path = pg_catalog, pg_temp as $$
      select u.tenant_id, u.id, u.password_hash
      from public.users u join public.tenants t on t.tenant_id = u.tenant_id and t.id = u.tenant_id
      where u.email = wanted and (only_tenant is null or u.tenant_id = only_tenant)
        and u.password_hash is not null and u.deleted_at is null and u.disabled_at is null and t.deleted_at is null
      order by u.tenant_id limit 5
    $$
    """,
    "origin_is_known(text)": """
    create function origin_is_known(origin text) returns boolean
      language sql stable security definer set search_path = pg_catalog, pg_temp as $$
      select exists (select from public.tenants t where origin = any (t.cors_origins) and t.deleted_at is null)
    $$
    """,
    "tenant_by_name(text)": """
    create function tenant_by_name(wanted text) returns uuid
      language sql stable security definer set search_path = pg_catalog, pg_temp as $$
      select t.id from public.tenants t where t.name = wanted and t.deleted_at is null order by t.id limit 1
    $$
    """,
}


def upgrade() -> None:
    sync_stamp_v1(op)
    messaging_tables_v1(op)
    idempotency_table_v1(op)
    for statement in TABLES:
        op.execute(statement)
    for table in ("tenants", "users", "api_keys"):
        record_table_v1(op, table, definer=True)
    tenant_table_v1(op, "sign_ins")
    for signature, statement in FUNCTIONS.items():
        op.execute(statement)
        op.execute(f"revoke all on function {signature} from public")
        op.execute(f"grant execute on function {signature} to {APP_ROLE}")


def downgrade() -> None:
    raise NotImplementedError("The first revision is not undone: drop the database.")
