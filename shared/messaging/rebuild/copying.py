"""Tables with all that belongs to them, copied from the catalogue without their rows."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import asyncpg

from shared.db.visibility import POLICY

if TYPE_CHECKING:
    Connection = asyncpg.Connection[asyncpg.Record]

LIVE = "public"


class NotRebuildable(Exception):
    """Something holds on to the table itself, and would stay with the old one."""


# Steps 0 and 1 come with LIKE; the others are statements. Names are shown without their schema if it is in the path.
DESCRIBE = f"""
with own as (select c.* from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = $1 and c.relname = $2 and c.relkind = 'r')
select step, line from (
  select 0 as step, attnum as place, format('%s %s %s %s %s %s', quote_ident(attname),
    format_type(atttypid, atttypmod), attnotnull, attidentity, attgenerated, pg_get_expr(adbin, adrelid)) as line
  from own join pg_attribute on attrelid = own.oid and attnum > 0 and not attisdropped
  left join pg_attrdef on adrelid = attrelid and adnum = attnum
  union all
  select 1, 0, format('constraint %I %s', conname, pg_get_constraintdef(c.oid, true))
  from own join pg_constraint c on conrelid = own.oid and contype = 'c'
  union all
  select 2, 0, format('alter table %I set (%s)', $2::text, array_to_string(reloptions, ', '))
  from own where reloptions is not null
  union all
  select 3, 0, format('alter table %I add constraint %I %s', $2::text, conname, pg_get_constraintdef(c.oid, true))
  from own join pg_constraint c on conrelid = own.oid and contype in ('p', 'u', 'x')
  union all
  select 4, 0, pg_get_indexdef(indexrelid, 0, true) from own join pg_index on indrelid = own.oid
  where not exists (select from pg_constraint where conindid = indexrelid and conrelid = indrelid)
  union all
  select 5, 0, pg_get_triggerdef(t.oid, true) from own join pg_trigger t on tgrelid = own.oid and not tgisinternal
  union all
  select 6, 0, format('alter table %I %s row level security', $2::text, way) from own
  cross join lateral (values ('enable', relrowsecurity), ('force', relforcerowsecurity)) as security (way, wanted)
  where wanted
  union all
  select 7, 0, format('create policy %I on %I as %s for %s to %s', policyname, $2::text, permissive, cmd,
    (select string_agg(case when name = 'public' then 'public' else quote_ident(name) end, ', ')
     from unnest(roles) as name)) || coalesce(' using (' || qual || ')', '')
    || coalesce(' with check (' || with_check || ')', '')
  from pg_policies where schemaname = $1 and tablename = $2 and policyname <> '{POLICY}'
  union all
  select 8, attnum, format('grant %s%s on %I to %s%s', privilege_type, '(' || quote_ident(attname) || ')', $2::text,
    case when grantee = 0 then 'public' else quote_ident(pg_get_userbyid(grantee)) end,
    case when is_grantable then ' with grant option' else '' end)
  from own cross join lateral (
    select null::name as attname, 0 as attnum, granted.* from aclexplode(relacl) as granted
    union all
    select attname, attnum, granted.* from pg_attribute cross join lateral aclexplode(attacl) as granted
    where attrelid = own.oid
  ) as rights where grantee <> relowner
) as lines order by step, place, line collate "C"
"""  # noqa: S608 - a constant
STATEMENTS_FROM = 2

HOLDING = """
select conname::text from pg_constraint where contype = 'f' and (conrelid = $1::regclass or confrelid = $1::regclass)
union
select c.relname::text from pg_depend d join pg_rewrite r on r.oid = d.objid join pg_class c on c.oid = r.ev_class
where d.classid = 'pg_rewrite'::regclass and d.refobjid = $1::regclass
order by 1
"""


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


async def describe(connection: "Connection", schema: str, table: str) -> list[tuple[int, str]]:
    """The same for tables of two schemas that differ in nothing but their rows. Inside the caller's transaction."""
    await connection.execute(f"set local search_path = {quoted(schema)}, {LIVE}")
    return [(row[0], row[1]) for row in await connection.fetch(DESCRIBE, schema, table)]


async def copy_tables(connection: "Connection", tables: Sequence[str], schema: str) -> None:
    """From `public`, inside the caller's transaction. Raises NotRebuildable."""
    for table in tables:
        held = await connection.fetch(HOLDING, f"{LIVE}.{quoted(table)}")
        if held:
            raise NotRebuildable(f"{table} cannot be replaced: {', '.join(row[0] for row in held)} refers to it.")
        lines = await describe(connection, LIVE, table)
        await connection.execute(f"set local search_path = {quoted(schema)}, {LIVE}")
        await connection.execute(
            f"create table {quoted(schema)}.{quoted(table)}"
            f" (like {LIVE}.{quoted(table)} including all excluding indexes)"
        )
        for step, line in lines:
            if step >= STATEMENTS_FROM:
                await connection.execute(line)
