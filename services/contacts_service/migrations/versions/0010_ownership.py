"""ownership"""

from alembic import op

from shared.db.migrations import record_table_v1, tenant_table_v1

revision = "0010"
down_revision = "0009"
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
  sync_xid xid8 not null default pg_current_xact_id()"""
TEAMS = f"""
create table teams ({RECORD},
  name varchar(200) not null,
  member_ids uuid[] not null,
  lead_ids uuid[] not null,
  constraint teams_pkey primary key (tenant_id, id)
)
"""
TERRITORIES = f"""
create table territories ({RECORD},
  name varchar(200) not null,
  priority integer not null,
  team_id uuid,
  user_id uuid,
  provinces varchar(200)[] not null,
  customer_classes varchar(20)[] not null,
  postal_prefixes varchar(10)[] not null,
  company_ids uuid[] not null,
  tags varchar(50)[] not null,
  contact_ids uuid[] not null,
  constraint territories_pkey primary key (tenant_id, id),
  constraint territories_tenant_id_team_id_fkey foreign key (tenant_id, team_id) references teams (tenant_id, id),
  constraint territories_holder_check check (team_id is null or user_id is null)
)
"""
RULES = f"""
create table assignment_rules ({RECORD},
  name varchar(200) not null,
  priority integer not null,
  active boolean not null,
  strategy varchar(20) not null,
  team_id uuid,
  territory_id uuid,
  cap integer,
  constraint assignment_rules_pkey primary key (tenant_id, id),
  constraint assignment_rules_tenant_id_team_id_fkey foreign key (tenant_id, team_id) references teams (tenant_id, id),
  constraint assignment_rules_tenant_id_territory_id_fkey
    foreign key (tenant_id, territory_id) references territories (tenant_id, id)
)
"""
TURNS = """
create table assignment_turns (
  tenant_id uuid not null,
  team_id uuid not null,
  user_id uuid not null,
  constraint assignment_turns_pkey primary key (tenant_id, team_id)
)
"""
ABSENCES = f"""
create table absences ({RECORD},
  user_id uuid not null,
  starts_at timestamptz(3) not null,
  ends_at timestamptz(3) not null,
  note varchar(200),
  constraint absences_pkey primary key (tenant_id, id),
  constraint absences_period_check check (starts_at < ends_at)
)
"""
HANDOVERS = f"""
create table handovers ({RECORD},
  from_owner_id uuid,
  to_owner_id uuid,
  reason varchar(200),
  note text,
  contacts integer not null,
  made_by uuid,
  return_at timestamptz(3),
  returned_at timestamptz(3),
  returned integer not null,
  constraint handovers_pkey primary key (tenant_id, id),
  constraint handovers_owners_check check (from_owner_id is null or to_owner_id is distinct from from_owner_id)
)
"""
OWNERS = """
create table contact_owners (
  tenant_id uuid not null,
  contact_id uuid not null,
  version bigint not null,
  from_owner_id uuid,
  to_owner_id uuid,
  changed_at timestamptz(3) not null,
  changed_by uuid,
  handover_id uuid,
  sync_xid xid8 not null default pg_current_xact_id(),
  constraint contact_owners_pkey primary key (tenant_id, contact_id, version),
  constraint contact_owners_tenant_id_contact_id_fkey
    foreign key (tenant_id, contact_id) references contacts (tenant_id, id) on delete cascade
)
"""
INDEXES = (
    "teams_name_idx on teams (tenant_id, name, id) where deleted_at is null",
    "territories_priority_idx on territories (tenant_id, priority, id) where deleted_at is null",
    "assignment_rules_priority_idx on assignment_rules (tenant_id, priority, id) where active and deleted_at is null",
    "absences_ends_at_idx on absences (tenant_id, ends_at, id) where deleted_at is null",
    "handovers_created_at_idx on handovers (tenant_id, created_at, id)",
    "handovers_due_idx on handovers (tenant_id, return_at) where return_at is not null and returned_at is null",
    "contact_owners_sync_idx on contact_owners (tenant_id, sync_xid, contact_id)",
    "contact_owners_handover_idx on contact_owners (tenant_id, handover_id) where handover_id is not null",
    "contacts_owner_idx on contacts (tenant_id, owner_id, created_at, id) where deleted_at is null",
    "companies_owner_idx on companies (tenant_id, owner_id, created_at, id) where deleted_at is null",
)
# What is rare is found in the index of grams, whoever owns it: up to `candidates` hits, then those of the owners. Where
# there are more, the owners' contacts are looked through themselves, up to `depth` of them; of more, all hits. Ids go
# from one to the next as arrays, and plans are made for their lengths: the general one read all texts of the tenant.
SEARCH = """
create function search_contacts_of(tenant uuid, owners uuid[], wanted int[], pairs text[], patterns text[], most int)
returns setof uuid language plpgsql stable security definer rows 500
set search_path = pg_catalog, pg_temp set enable_seqscan = off set jit = off
set plan_cache_mode = force_custom_plan as $$
declare
  candidates constant int := 2000;
  depth constant int := 20000;
  condition constant text := concat_ws(' and ', case when wanted <> '{}' then 'grams @> $2' end,
    (select string_agg(format('grams && %L::int[]', pair), ' and ') from unnest(pairs) pair));
  hits uuid[];
  own uuid[];
begin
  if wanted <> '{}' then
    execute format('
      select array_agg(contact_id) from (
        select contact_id from (
          select tenant_id, contact_id, text from public.contact_search where %s offset 0
        ) with_grams
        where tenant_id = $1 and text like all ($3) limit $4
      ) hit', condition)
    into hits using tenant, wanted, patterns, candidates + 1;
  end if;
  if wanted = '{}' or cardinality(hits) > candidates then
    select array_agg(id) into own from (
      select id from public.contacts where tenant_id = tenant and owner_id = any (owners) and deleted_at is null
      limit depth + 1
    ) few;
    if condition = '' or coalesce(cardinality(own), 0) <= depth then
      return query
        select contact_id from public.contact_search
        where tenant_id = tenant and contact_id = any (own) and text like all (patterns)
        order by contact_id desc limit most;
      return;
    end if;
    execute format('
      select array_agg(contact_id) from (
        select tenant_id, contact_id, text from public.contact_search where %s offset 0
      ) with_grams
      where tenant_id = $1 and text like all ($3)', condition)
    into hits using tenant, wanted, patterns;
  end if;
  return query
    select id from public.contacts
    where tenant_id = tenant and id = any (hits) and owner_id = any (owners) and deleted_at is null
    order by id desc limit most;
end $$
"""
SIGNATURE = "search_contacts_of(uuid, uuid[], int[], text[], text[], int)"
TABLES = ("contact_owners", "handovers", "absences", "assignment_turns", "assignment_rules", "territories", "teams")


def upgrade() -> None:
    for table in (TEAMS, TERRITORIES, RULES, TURNS, ABSENCES, HANDOVERS, OWNERS):
        op.execute(table)
    op.execute("drop index contacts_owner_id_idx")
    for index in INDEXES:
        op.execute(f"create index {index}")
    for name in ("teams", "territories", "assignment_rules", "absences"):
        record_table_v1(op, name)
    record_table_v1(op, "handovers", system=True)
    for name in ("assignment_turns", "contact_owners"):
        tenant_table_v1(op, name)
    op.execute("create policy definer on contacts for select to current_user using (true)")
    op.execute(SEARCH)
    op.execute(f"revoke execute on function {SIGNATURE} from public")
    op.execute(f"grant execute on function {SIGNATURE} to samphan_app")


def downgrade() -> None:
    op.execute(f"drop function {SIGNATURE}")
    op.execute("drop policy definer on contacts")
    for name in TABLES:
        op.drop_table(name)
    op.execute("drop index contacts_owner_idx, companies_owner_idx")
    op.execute("create index contacts_owner_id_idx on contacts (tenant_id, owner_id, id) where deleted_at is null")
