"""A3, what PostgreSQL's catalogue says: no table, index, function or right by which a tenant could see another.

Each query lists holes, one a row. What is meant to be so is named in `MEANT`, with its reason.
"""

from collections.abc import Mapping, Sequence

import asyncpg

from deploy.local.databases import APP, OWNER, SYSTEM, Urls

OURS = "c.relnamespace = 'public'::regnamespace"
TENANT_TABLES = f"""
  select c.oid, c.relname as name, c.relrowsecurity and c.relforcerowsecurity as locked from pg_class c
  join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
  where c.relkind in ('r', 'p') and {OURS}
"""
POLICY = "(tenant_id = (NULLIF(current_setting(''app.tenant_id''::text, true), ''''::text))::uuid)"
QUERIES: Mapping[str, str] = {
    "row-level security is not forced on": f"select name from ({TENANT_TABLES}) t where not locked",
    "tenant_id may be null in": f"""
      select name from ({TENANT_TABLES}) t join pg_attribute a on a.attrelid = t.oid and a.attname = 'tenant_id'
      where not a.attnotnull""",
    "no tenant policy, or another one, on": f"""
      select name from ({TENANT_TABLES}) t where not exists (select from pg_policy p where p.polrelid = t.oid
        and p.polname = 'tenant' and p.polcmd = '*' and p.polroles = '{{0}}'
        and pg_get_expr(p.polqual, t.oid) = '{POLICY}' and pg_get_expr(p.polwithcheck, t.oid) = '{POLICY}')""",
    "a policy opens to the app's role": f"""
      select name || '.' || p.polname from ({TENANT_TABLES}) t join pg_policy p on p.polrelid = t.oid
      where p.polname <> 'tenant' and (0 = any (p.polroles) or '{APP}'::regrole = any (p.polroles))""",
    "tenant_id is not first in the primary key or index": f"""
      select i.indexrelid::regclass::text from ({TENANT_TABLES}) t join pg_index i on i.indrelid = t.oid
      where pg_get_indexdef(i.indexrelid, 1, true) <> 'tenant_id'""",
    "a foreign key does not begin with tenant_id": f"""
      select k.conname from ({TENANT_TABLES}) t join pg_constraint k on k.conrelid = t.oid and k.contype = 'f'
      join pg_attribute a on a.attrelid = t.oid and a.attname = 'tenant_id' where k.conkey[1] <> a.attnum""",
    "belongs to no tenant, but is open to the app": f"""
      select c.relname from pg_class c where c.relkind in ('r', 'p', 'v', 'm', 'f') and {OURS}
        and c.oid not in (select oid from ({TENANT_TABLES}) t) and has_any_column_privilege('{APP}', c.oid, 'select')
    """,
    "a view shows what its owner sees": f"""
      select c.relname from pg_class c where c.relkind in ('v', 'm') and {OURS}
        and not coalesce(c.reloptions, '{{}}') @> '{{security_invoker=true}}'""",
    "the search path of a SECURITY DEFINER function is not pinned": """
      select oid::regprocedure::text from pg_proc where prosecdef
        and not coalesce(proconfig, '{}') @> '{"search_path=pg_catalog, pg_temp"}'""",
    "PUBLIC may call the SECURITY DEFINER function": """
      select p.oid::regprocedure::text from pg_proc p
      cross join aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) x
      where p.prosecdef and x.grantee = 0 and p.pronamespace = 'public'::regnamespace""",
    "a login of the app has more rights than rows": f"""
      select rolname from pg_roles where rolname in ('{APP}', '{SYSTEM}', '{OWNER}')
        and (rolsuper or rolbypassrls or rolcreaterole or rolreplication or rolcreatedb)""",
    "a login of the app is a member of": f"""
      select m.member::regrole || ' of ' || m.roleid::regrole from pg_auth_members m
      where m.member in ('{APP}'::regrole, '{SYSTEM}'::regrole)""",
    "a login of the app owns": f"""
      select classid::regclass || ' ' || objid from pg_shdepend where deptype = 'o'
        and refobjid in ('{APP}'::regrole, '{SYSTEM}'::regrole)""",
    "a login of the app may truncate, refer to or put triggers on": f"""
      select c.relname from pg_class c cross join unnest(array['{APP}', '{SYSTEM}']) r (role)
      where c.relkind in ('r', 'p') and {OURS} and has_table_privilege(r.role, c.oid, 'truncate, references, trigger')
    """,
    "a login of the app may create in": f"""
      select r.role || ' ' || n.nspname from pg_namespace n cross join unnest(array['{APP}', '{SYSTEM}']) r (role)
      where n.nspname not like 'pg_temp%' and n.nspname not like 'pg_toast%'
        and has_schema_privilege(r.role, n.oid, 'create')""",
}
MEANT: Mapping[str, str] = {
    "outbox_pkey": "a place in the queue of all tenants: PostgreSQL gives it out, no client can ask for one",
    "idempotency_keys_created_at_idx": "housekeeping forgets old keys of all tenants",
    "operations_due_idx": "the worker looks for due work of all tenants",
    "contact_quality_due_idx": "the worker looks for scores of all tenants that sink by themselves",
    "imports_expiry_idx": "housekeeping removes old files of all tenants",
    "order_imports_expiry_idx": "housekeeping removes old files of all tenants",
    "service_dues_reminders_idx": "the worker looks for due reminders of all tenants",
    "warranties_reminders_idx": "the worker looks for due reminders of all tenants",
    "contact_search_grams_idx": "GIN has no order of columns; search_contacts() compares the tenant itself",
    "privacy_requests_due_idx": "the worker looks for due work of all tenants",
    "users_email_lookup_idx": "who signs in does not say where; not unique",
    "api_keys_key_id_key": "who sends a key does not say whose; ids are 71 random bits of ours",
    "sign_ins_expires_at_idx": "housekeeping forgets ended sign-ins",
    "inbox": "ids of events only",
    "consumer_offset": "places in the log only",
    "consumer_halt": "names of consumers only",
    "consumer_log_end": "places in the log only",
    "log_event": "the log of all tenants, in a database to which the app's role may not connect",
    "log_event_pkey": "as log_event",
}


async def holes(owner: asyncpg.Connection) -> list[str]:
    """In one database of a service: what is wrong, and with what."""
    found = [(name, str(row[0])) for name, query in QUERIES.items() for row in await owner.fetch(query)]
    return [f"{name}: {what}" for name, what in found if what not in MEANT]


async def tenant_tables(owner: asyncpg.Connection) -> Sequence[str]:
    return [row["name"] for row in await owner.fetch(f"select name from ({TENANT_TABLES}) t order by 1")]


async def may_connect(urls: Urls) -> bool:
    """Whether the app's role gets into a database at all."""
    try:
        connection = await asyncpg.connect(plain(urls.app))
    except asyncpg.InsufficientPrivilegeError:
        return False
    await connection.close()
    return True


def plain(url: str) -> str:
    """As asyncpg itself wants it."""
    return url.replace("postgresql+asyncpg://", "postgresql://", 1)
