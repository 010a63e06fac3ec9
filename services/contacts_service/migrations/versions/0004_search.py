"""search"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# First a walk from the newest contact back, in steps: what is frequent is found there soon, while the index would
# collect hundreds of thousands of hits before it gives the first. As soon as the walk is not going to find enough
# within `depth`, the index gives what is older, at most `candidates` of it. No statistics decide: right after a bulk
# load there are none. `offset 0` keeps the planner from adding the tenant's whole primary key to the scan of the grams.
# A search reads all that is pending in a GIN index: half as much as by default costs writers 20 % more.
SEARCH = """
create function search_contacts(tenant uuid, wanted int[], pairs text[], patterns text[], most int) returns setof uuid
language plpgsql stable security definer rows 500
set search_path = pg_catalog, pg_temp set enable_seqscan = off set enable_sort = off set jit = off as $$
declare
  step constant int := 2000;
  depth constant int := 24000;
  candidates constant int := 4000;
  condition constant text := concat_ws(' and ', case when wanted <> '{}' then 'grams @> $2' end,
    (select string_agg(format('grams && %L::int[]', pair), ' and ') from unnest(pairs) pair));
  walked int := 0;
  last uuid := 'ffffffff-ffff-ffff-ffff-ffffffffffff';  -- RFC 9562's Max UUID: nothing has it
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
SIGNATURE = "search_contacts(uuid, int[], text[], text[], int)"


def upgrade() -> None:
    """Rows with more grams than they have from now on are found as well; they lose them when they are written next."""
    op.execute(SEARCH)
    op.execute(f"revoke execute on function {SIGNATURE} from public")
    op.execute(f"grant execute on function {SIGNATURE} to samphan_app")
    op.execute("alter index contact_search_grams_idx set (gin_pending_list_limit = 2048)")


def downgrade() -> None:
    op.execute("alter index contact_search_grams_idx reset (gin_pending_list_limit)")
    op.execute(f"drop function {SIGNATURE}")
