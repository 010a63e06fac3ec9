"""Reads of handovers, and of the owners that a contact had."""

from typing import Any
from uuid import UUID

from sqlalchemy import String, bindparam, literal, select, text

from contacts_service.contacts.queries import get_contact
from contacts_service.handovers.models import Handover, HandoverNotFound
from shared.query import Collection, Field, Kind, Query, Reader

HANDOVERS = Handover.__table__
PLAIN = ("reason", "note", "contacts", "made_by", "return_at", "returned_at", "returned")
FIELDS = [
    Field("id", HANDOVERS.c.id, Kind.UUID, sortable=True, nullable=False),
    Field("type", literal("handover", String), Kind.TEXT, filterable=False),
    Field("version", HANDOVERS.c.version, Kind.INTEGER, filterable=False),
    Field("created_at", HANDOVERS.c.created_at, Kind.INSTANT, sortable=True, nullable=False),
    Field("updated_at", HANDOVERS.c.updated_at, Kind.INSTANT, filterable=False),
    Field("from_owner_id", HANDOVERS.c.from_owner_id, Kind.UUID),
    Field("to_owner_id", HANDOVERS.c.to_owner_id, Kind.UUID),
    *(Field(name, HANDOVERS.c[name], Kind.TEXT, filterable=False) for name in PLAIN),
]
COLLECTION = Collection("handovers", HANDOVERS, FIELDS)
HANDOVER_BY_ID = Query(
    select(*(field.expression.label(field.name) for field in FIELDS)).where(
        HANDOVERS.c.tenant_id == bindparam("tenant_id"), HANDOVERS.c.id == bindparam("id")
    )
)
OWNERS = Query(
    text("""
with changes as (
  select * from contact_owners where tenant_id = :tenant_id and contact_id = :contact_id order by version desc limit 200
)
select c.to_owner_id as owner_id, c.changed_at as since_at, c.changed_by, c.handover_id, h.reason, c.version
from changes c left join handovers h on h.tenant_id = :tenant_id and h.id = c.handover_id
union all
select case when first.version is null then contact.owner_id else first.from_owner_id end, contact.created_at,
  null, null, null, 0
from contacts contact left join (select * from changes order by version limit 1) first on true
where contact.tenant_id = :tenant_id and contact.id = :contact_id
order by version desc
""")
)
"""The last one is whose it was when it was created."""


async def get_handover(reader: Reader, handover_id: UUID) -> dict[str, Any]:
    """Raises HandoverNotFound."""
    row = await reader.one_or_none(HANDOVER_BY_ID, id=handover_id)
    if row is None:
        raise HandoverNotFound(f"There is no handover {handover_id}.")
    return dict(row)


async def owners_of(reader: Reader, contact_id: UUID) -> list[dict[str, Any]]:
    """Newest first, at most 200 changes. Raises ContactNotFound, ContactDeleted."""
    await get_contact(reader, contact_id)
    rows = await reader.rows(OWNERS, contact_id=contact_id)
    return [{name: value for name, value in row.items() if name != "version"} for row in rows]
