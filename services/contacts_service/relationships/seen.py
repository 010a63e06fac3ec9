"""Relationships as each of the two sees them: two rows each, to be asked for by the side or by the relationship."""

from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import Boolean, Date, DateTime, Integer, String, Uuid, column, text
from sqlalchemy.dialects.postgresql import JSON, JSONB

from contacts_service.relationship_kinds.kinds import BY_KEY, EMPLOYER

NAMES = orjson.dumps({key: kind.name for key, kind in BY_KEY.items()}).decode()

_SIDE = """
select r.tenant_id, r.id, 'relationship' as type, r.version, r.created_at, r.updated_at,
  {is_stored_side} as is_stored_side, r.{this}contact_id as this_contact_id, r.{this}company_id as this_company_id,
  {this_party} as party, {kind} as kind, coalesce(own.{name}, cast(:names as jsonb) -> {kind}) as name,
  {other_party} as other, {inverse_kind} as inverse_kind,
  coalesce(own.{inverse_name}, cast(:names as jsonb) -> {inverse_kind}) as inverse_name,
  r.title, r.role, r.valid_from, r.valid_to,
  coalesce(r.valid_from <= current_date, true) and coalesce(r.valid_to >= current_date, true) as is_current,
  r.kind = '{employer}' and r.valid_to is null and r.other_company_id is not distinct from a.company_id as is_main,
  r.notes
from relationships r
left join contacts a on a.tenant_id = r.tenant_id and a.id = r.contact_id
left join companies b on b.tenant_id = r.tenant_id and b.id = r.company_id
left join contacts c on c.tenant_id = r.tenant_id and c.id = r.other_contact_id
left join companies d on d.tenant_id = r.tenant_id and d.id = r.other_company_id
left join relationship_kinds own on own.tenant_id = r.tenant_id and own.key = r.kind and own.deleted_at is null
where r.deleted_at is null and coalesce(a.deleted_at, b.deleted_at, c.deleted_at, d.deleted_at) is null
"""
_PARTY = """case when r.{side}contact_id is null
    then json_build_object('type', 'company', 'id', {company}.id, 'name', {company}.name)
    else json_build_object('type', 'contact', 'id', {contact}.id, 'name', {contact}.full_name) end"""
_PARTIES = (_PARTY.format(side="", contact="a", company="b"), _PARTY.format(side="other_", contact="c", company="d"))
_FORWARD: Mapping[str, Any] = {
    "is_stored_side": "true", "this": "", "this_party": _PARTIES[0], "other_party": _PARTIES[1],
    "kind": "r.kind", "inverse_kind": "r.inverse_kind", "name": "name", "inverse_name": "inverse_name",
}  # fmt: skip
_BACKWARD: Mapping[str, Any] = {
    "is_stored_side": "false", "this": "other_", "this_party": _PARTIES[1], "other_party": _PARTIES[0],
    "kind": "r.inverse_kind", "inverse_kind": "r.kind", "name": "inverse_name", "inverse_name": "name",
}  # fmt: skip

SEEN = (
    text(" union all ".join(_SIDE.format(**side, employer=EMPLOYER) for side in (_FORWARD, _BACKWARD)))
    .bindparams(names=NAMES)
    .columns(
        *(column(name, Uuid) for name in ("tenant_id", "id", "this_contact_id", "this_company_id")),
        *(column(name, String) for name in ("type", "kind", "inverse_kind", "title", "role", "notes")),
        *(column(name, DateTime(timezone=True)) for name in ("created_at", "updated_at")),
        *(column(name, JSON) for name in ("party", "other")),
        *(column(name, JSONB) for name in ("name", "inverse_name")),
        *(column(name, Date) for name in ("valid_from", "valid_to")),
        *(column(name, Boolean) for name in ("is_stored_side", "is_current", "is_main")),
        column("version", Integer),
    )
    .subquery("seen")
)
