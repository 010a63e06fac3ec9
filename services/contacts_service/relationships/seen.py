"""Relationships as one of the two sees them: `this_contact_id` or `this_company_id`, or neither: as they are stored."""

import orjson
from sqlalchemy import Boolean, Date, DateTime, Integer, String, Uuid, bindparam, column, text
from sqlalchemy.dialects.postgresql import JSON, JSONB

from contacts_service.relationship_kinds.kinds import BY_KEY, EMPLOYER

NAMES = orjson.dumps({key: kind.name for key, kind in BY_KEY.items()}).decode()
_PARTY = """case when r.{side}contact_id is not null then (
      select json_build_object('type', 'contact', 'id', id, 'name', full_name) from contacts
      where tenant_id = r.tenant_id and id = r.{side}contact_id
    ) else (
      select json_build_object('type', 'company', 'id', id, 'name', name) from companies
      where tenant_id = r.tenant_id and id = r.{side}company_id
    ) end"""
_IS_LIVE = """case when r.{side}contact_id is not null then (
    select deleted_at is null from contacts where tenant_id = r.tenant_id and id = r.{side}contact_id
  ) else (
    select deleted_at is null from companies where tenant_id = r.tenant_id and id = r.{side}company_id
  ) end"""
_NAME = """coalesce(cast(:names as jsonb) -> r.{kind}, (
      select {name} from relationship_kinds where tenant_id = r.tenant_id and key = r.kind and deleted_at is null
    ))"""


def _by_side(ours: str, theirs: str) -> str:
    """What the stored side sees, or the other one."""
    return f"case when side.is_stored then {ours} else {theirs} end"


_PARTIES = (_PARTY.format(side=""), _PARTY.format(side="other_"))
_NAMES = (_NAME.format(kind="kind", name="name"), _NAME.format(kind="inverse_kind", name="inverse_name"))
_SEEN = f"""
select r.tenant_id, r.id, 'relationship' as type, r.version, r.created_at, r.updated_at,
  r.contact_id, r.company_id, r.other_contact_id, r.other_company_id,
  {_by_side(*_PARTIES)} as party, {_by_side("r.kind", "r.inverse_kind")} as kind, {_by_side(*_NAMES)} as name,
  {_by_side(*reversed(_PARTIES))} as other, {_by_side("r.inverse_kind", "r.kind")} as inverse_kind,
  {_by_side(*reversed(_NAMES))} as inverse_name,
  r.title, r.role, r.valid_from, r.valid_to,
  coalesce(r.valid_from <= current_date, true) and coalesce(r.valid_to >= current_date, true) as is_current,
  case when r.kind = '{EMPLOYER}' and r.valid_to is null then r.other_company_id is not distinct from (
    select company_id from contacts where tenant_id = r.tenant_id and id = r.contact_id
  ) else false end as is_main,
  r.notes
from relationships r
cross join lateral (
  select coalesce(r.contact_id = :this_contact_id, r.company_id = :this_company_id, false)
    or coalesce(:this_contact_id, :this_company_id) is null
) as side (is_stored)
where r.deleted_at is null and {_IS_LIVE.format(side="")} and {_IS_LIVE.format(side="other_")}
"""  # noqa: S608 - our own names

SEEN = (
    text(_SEEN)
    .bindparams(bindparam("this_contact_id", type_=Uuid), bindparam("this_company_id", type_=Uuid), names=NAMES)
    .columns(
        *(column(name, Uuid) for name in ("tenant_id", "id", "contact_id", "company_id")),
        *(column(name, Uuid) for name in ("other_contact_id", "other_company_id")),
        *(column(name, String) for name in ("type", "kind", "inverse_kind", "title", "role", "notes")),
        *(column(name, DateTime(timezone=True)) for name in ("created_at", "updated_at")),
        *(column(name, JSON) for name in ("party", "other")),
        *(column(name, JSONB) for name in ("name", "inverse_name")),
        *(column(name, Date) for name in ("valid_from", "valid_to")),
        *(column(name, Boolean) for name in ("is_current", "is_main")),
        column("version", Integer),
    )
    .subquery("seen")
)
