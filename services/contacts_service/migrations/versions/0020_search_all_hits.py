"""search all hits"""

from alembic import context, op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

# As in 0017, but no hit is ever left out: where the index has more candidates than are looked at, the word is frequent
# among what is older, and the walk goes on; later the index is asked for more, when the walk has cost as much as that
# will. The first word is compared by itself, as `like all` unpacks its array for each row; not in Latin by `strpos`,
# as `like` stops at the byte that all Thai letters begin with.
SEARCH = """
create or replace function search_contacts(
  tenant uuid, wanted int[], pairs text[], patterns text[], before uuid, most int)
returns setof uuid language plpgsql stable security definer rows 500
set search_path = pg_catalog, pg_temp set enable_seqscan = off set enable_sort = off set jit = off as $$
declare
  step constant int := 2000;
  depth constant int := 16000;
  pattern constant text := patterns[1];
  word constant text := trim('%' from pattern);
  latin constant boolean := word ~ '^[[:ascii:]]';
  others constant text[] := patterns[2:];
  condition constant text := concat_ws(' and ', case when wanted <> '{}' then 'grams @> $2' end,
    (select string_agg(format('grams && %L::int[]', pair), ' and ') from unnest(pairs) pair));
  with_grams constant text := format('
    select contact_id from (
      select tenant_id, contact_id, text from public.contact_search where %s offset 0
    ) with_grams
    where tenant_id = $1 and contact_id < $4 and text like all ($3) limit $5', condition);
  candidates int := 4000;
  walked int := 0;
  ask_after int := 0;
  last uuid := before;
  seen uuid[];
  hits uuid[];
  found uuid[] := '{}';
begin
  loop
    select array_agg(contact_id),
      array_agg(contact_id) filter (
        where case when latin then text like pattern else strpos(text, word) > 0 end and text like all (others))
    into seen, hits
    from (
      select contact_id, text from public.contact_search
      where tenant_id = tenant and contact_id < last order by contact_id desc limit step
    ) newest;
    found := found || hits;
    walked := walked + step;
    last := seen[step];
    exit when last is null or cardinality(found) >= most;
    if condition <> '' and walked > ask_after and cardinality(found)::bigint * depth < most::bigint * walked then
      execute format('select array_agg(contact_id) from (%s) hit', with_grams)
      into hits using tenant, wanted, patterns, last, candidates + 1;
      if coalesce(cardinality(hits), 0) <= candidates then
        found := found || array(select hit from unnest(hits) hit order by hit desc limit most - cardinality(found));
        exit;
      end if;
      ask_after := walked + 8 * candidates;
      candidates := 4 * candidates;
    end if;
  end loop;
  return query select unnest(found[1:most]);
end $$
"""

# As in 0010, with that comparison, and from any contact back: the owners' contacts are walked through in steps, 3 us
# each, the newest first, until there are as many hits as are wanted. The index of grams gives a hit for 1 us, but those
# of all owners: it is asked once, for words with several grams, or where the first step shows that the walk would be
# long. Older processes ask without `before` while they are replaced.
SEARCH_OF = """
create function search_contacts_of(
  tenant uuid, owners uuid[], wanted int[], pairs text[], patterns text[], before uuid, most int)
returns setof uuid language plpgsql stable security definer rows 500
set search_path = pg_catalog, pg_temp set enable_seqscan = off set jit = off
set plan_cache_mode = force_custom_plan as $$
declare
  step constant int := 1000;
  depth constant int := 20000;
  candidates constant int := 12000;
  pattern constant text := patterns[1];
  word constant text := trim('%' from pattern);
  latin constant boolean := word ~ '^[[:ascii:]]';
  others constant text[] := patterns[2:];
  condition constant text := concat_ws(' and ', case when wanted <> '{}' then 'grams @> $2' end,
    (select string_agg(format('grams && %L::int[]', pair), ' and ') from unnest(pairs) pair));
  with_grams constant text := format('
    select contact_id from (
      select tenant_id, contact_id, text from public.contact_search where %s offset 0
    ) with_grams
    where tenant_id = $1 and contact_id < $4 and text like all ($3) limit $5', condition);
  walked int := 0;
  asked boolean := false;
  own uuid[];
  hits uuid[];
  found uuid[] := '{}';
begin
  select array_agg(id order by id desc) into own from (
    select id from public.contacts
    where tenant_id = tenant and owner_id = any (owners) and deleted_at is null and id < before
    limit depth + 1
  ) few;
  if condition = '' or coalesce(cardinality(own), 0) <= depth then
    loop
      exit when walked >= coalesce(cardinality(own), 0) or cardinality(found) >= most;
      if not asked and (cardinality(wanted) >= 3
        or wanted <> '{}' and cardinality(found) * cardinality(own) < 2 * most * walked) then
        asked := true;
        execute format('select array_agg(contact_id) from (%s) hit', with_grams)
        into hits using tenant, wanted, patterns, before, candidates + 1;
        if coalesce(cardinality(hits), 0) <= candidates then
          return query
            select hit from unnest(hits) hit join unnest(own) mine on hit = mine order by hit desc limit most;
          return;
        end if;
      end if;
      select array_agg(contact_id order by contact_id desc) into hits from public.contact_search
      where tenant_id = tenant and contact_id = any (own[walked + 1:walked + step])
        and case when latin then text like pattern else strpos(text, word) > 0 end and text like all (others);
      found := found || hits;
      walked := walked + step;
    end loop;
    return query select unnest(found[1:most]);
    return;
  end if;
  execute format('select array_agg(contact_id) from (%s) hit', with_grams)
  into hits using tenant, wanted, patterns, before, null::int;
  return query
    select id from public.contacts
    where tenant_id = tenant and id = any (hits) and owner_id = any (owners) and deleted_at is null
    order by id desc limit most;
end $$
"""
SIGNATURE = "search_contacts_of(uuid, uuid[], int[], text[], text[], uuid, int)"


def upgrade() -> None:
    op.execute(SEARCH)
    op.execute(SEARCH_OF)
    op.execute(f"revoke execute on function {SIGNATURE} from public")
    op.execute(f"grant execute on function {SIGNATURE} to samphan_app")


def downgrade() -> None:
    op.execute(f"drop function {SIGNATURE}")
    released = context.script.get_revision("0017").module.SEARCH
    op.execute(released.replace("create function", "create or replace function"))
