"""search pages"""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

# As in 0004, and from any contact back: a page of hits needs a page's number of them. Older processes ask without
# `before` while they are replaced.
SEARCH = """
create function search_contacts(tenant uuid, wanted int[], pairs text[], patterns text[], before uuid, most int)
returns setof uuid language plpgsql stable security definer rows 500
set search_path = pg_catalog, pg_temp set enable_seqscan = off set enable_sort = off set jit = off as $$
declare
  step constant int := 2000;
  depth constant int := 24000;
  candidates constant int := 4000;
  condition constant text := concat_ws(' and ', case when wanted <> '{}' then 'grams @> $2' end,
    (select string_agg(format('grams && %L::int[]', pair), ' and ') from unnest(pairs) pair));
  walked int := 0;
  last uuid := before;
  seen uuid[];
  hits uuid[];
  found uuid[] := '{}';
begin
  while walked < depth loop
    select array_agg(contact_id), array_agg(contact_id) filter (where text like all (patterns)) into seen, hits
    from (
      select contact_id, text from public.contact_search
      where tenant_id = tenant and contact_id < last order by contact_id desc limit step
    ) newest;
    found := found || hits;
    walked := walked + step;
    last := seen[step];
    exit when last is null or cardinality(found) >= most;
    exit when condition <> '' and cardinality(found)::bigint * depth < most::bigint * walked;
  end loop;
  return query select unnest(found[1:most]);
  if last is null or cardinality(found) >= most or condition = '' then
    return;
  end if;
  return query execute format('
    select contact_id from (
      select contact_id from (
        select tenant_id, contact_id, text from public.contact_search where %s offset 0
      ) with_grams
      where tenant_id = $1 and contact_id < $4 and text like all ($3) limit $5
    ) hit
    order by contact_id desc limit $6', condition)
  using tenant, wanted, patterns, last, candidates, most - cardinality(found);
end $$
"""
SIGNATURE = "search_contacts(uuid, int[], text[], text[], uuid, int)"


def upgrade() -> None:
    op.execute(SEARCH)
    op.execute(f"revoke execute on function {SIGNATURE} from public")
    op.execute(f"grant execute on function {SIGNATURE} to samphan_app")


def downgrade() -> None:
    op.execute(f"drop function {SIGNATURE}")
