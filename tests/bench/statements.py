"""What the bare baseline asks of the database: one statement a request, written by hand, tenant first."""

from contacts_service.contacts.models import Contact
from contacts_service.contacts.schemas import ContactRead

READ = [name for name in ContactRead.model_fields if name in Contact.__table__.columns]
FIELDS = ", ".join(READ)
SELECT = f"select {FIELDS}, 'contact' as type from contacts where tenant_id = $1 and deleted_at is null"
NEWEST = "order by created_at desc, id desc limit 51"
GET = f"{SELECT} and id = $2"
LIST = f"{SELECT} {NEWEST}"
OF_CLASS = f"{SELECT} and home_province = $2 and customer_class = $3 order by sort_name, id limit 51"
TAGGED = f"{SELECT} and home_province = $2 and $3 = any(tags) {NEWEST}"
LAST = "'ffffffff-ffff-ffff-ffff-ffffffffffff'"
FOUND = f"array(select search_contacts($1, $2, $3, $4, {LAST}, 51))"
SEARCH = f"{SELECT} and id = any({FOUND}) order by id desc limit 51"

COLUMNS = (
    "full_name, sort_name, given_name, family_name, email, phone, emails, phones, external_ids, home_province, "
    "customer_class, lifecycle_stage, occupation, tags"
)
GIVEN = """
given as (
  select * from jsonb_to_recordset($2::jsonb) as row (
    id uuid, full_name text, sort_name text, given_name text, family_name text, email text, phone text, emails jsonb,
    phones jsonb, external_ids jsonb, home_province text, customer_class text, lifecycle_stage text, occupation text,
    tags text[], external text, text text, grams int[], body json)
)"""
CREATE = f"""
  insert into contacts (tenant_id, id, version, created_at, updated_at, name_order, addresses, {COLUMNS})
  select $1, id, 1, now(), now(), 'given_first', '[]', {COLUMNS} from"""
ADD_KEYS = """
  insert into contact_keys (tenant_id, kind, value, contact_id) select $1, kind, value, id from"""
KEYS = "cross join lateral (values ('email', email), ('phone', phone), ('external', external)) as key (kind, value)"
ADD_SEARCH = """
  insert into contact_search (tenant_id, contact_id, text, grams) select $1, id, text, grams from"""
STAGE = "insert into outbox (tenant_id, topic, key, type, subject, version, body) select $1, 'samphan.contacts'"
CREATED, UPDATED = "contacts.contact.created.v1", "contacts.contact.updated.v1"

INSERT = f"""
with {GIVEN}, contact as ({CREATE} given), key as ({ADD_KEYS} given {KEYS} where value is not null),
search as ({ADD_SEARCH} given)
{STAGE}, id, '{CREATED}', id, 1, body from given
"""
UPDATE = f"""
with changed as (
  update contacts set occupation = $3, tags = $4, version = version + 1, updated_at = now()
  where tenant_id = $1 and id = $2 and deleted_at is null returning {FIELDS}
), staged as ({STAGE}, id, '{UPDATED}', id, version, to_json(changed) from changed)
select *, 'contact' as type from changed
"""
UPSERT = f"""
with {GIVEN}, known as (
  select given.*, contact_id from given left join contact_keys key
  on key.tenant_id = $1 and key.kind = 'external' and key.value = given.external
), fresh as (select * from known where contact_id is null),
contact as ({CREATE} fresh), key as ({ADD_KEYS} fresh {KEYS} where value is not null),
changed as (
  update contacts old set version = version + 1, updated_at = now(),
    {", ".join(f"{name} = known.{name}" for name in COLUMNS.split(", "))}
  from known where old.tenant_id = $1 and old.id = contact_id returning old.id, version
), search as (
  insert into contact_search as old (tenant_id, contact_id, text, grams)
  select $1, coalesce(contact_id, id), text, grams from known
  on conflict (tenant_id, contact_id) do update set text = excluded.text, grams = excluded.grams
  where old.text <> excluded.text
), staged as (
  {STAGE}, coalesce(contact_id, known.id), case when contact_id is null then '{CREATED}' else '{UPDATED}' end,
    coalesce(contact_id, known.id), coalesce(version, 1), body
  from known left join changed on changed.id = contact_id
)
select coalesce(contact_id, id) as id, contact_id is null as created from known
"""
