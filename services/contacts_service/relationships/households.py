"""Households: a head and those whose `household_head` it is. One at a time for everybody, one level deep."""

from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, column, text
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.contacts.queries import get_contact
from contacts_service.relationship_kinds.kinds import HOUSEHOLD_HEAD
from contacts_service.relationships.models import InHousehold, Relationship
from shared.db.locks import lock_name
from shared.query import Query, Reader

MOST = 200
# A head is nobody's member, so whoever is asked for, its head or itself has all members.
MEMBERS = f"""
select distinct on (c.id) c.id, c.full_name, c.email, c.phone, c.id = head.id as is_head
from (
  select coalesce((
    select other_contact_id from relationships
    where tenant_id = :tenant_id and contact_id = :id and kind = '{HOUSEHOLD_HEAD}' and deleted_at is null
      and coalesce(valid_from <= current_date, true) and coalesce(valid_to >= current_date, true)
    order by valid_to desc nulls first limit 1
  ), :id)
) as head (id)
cross join lateral (
  select head.id
  union all
  select contact_id from relationships
  where tenant_id = :tenant_id and other_contact_id = head.id and kind = '{HOUSEHOLD_HEAD}' and deleted_at is null
    and coalesce(valid_from <= current_date, true) and coalesce(valid_to >= current_date, true)
  limit {MOST}
) as member (id)
join contacts c on c.tenant_id = :tenant_id and c.id = member.id and c.deleted_at is null
"""  # noqa: S608 - our own names
HOUSEHOLD = Query(text(f"select * from ({MEMBERS}) m order by not is_head, id")  # noqa: S608 - our own names
    .bindparams(bindparam("id", type_=Uuid)).columns(column("id", Uuid)))  # fmt: skip
CLASH = text(f"""
select exists (
  select from relationships where tenant_id = :tenant_id and kind = '{HOUSEHOLD_HEAD}' and deleted_at is null
    and valid_to is null and id <> :id and (contact_id = :head_id or other_contact_id = :member_id)
)
""")  # noqa: S608 - our own names


async def get_household(reader: Reader, contact_id: UUID) -> list[dict[str, Any]]:
    """The head first; nobody if the contact belongs to none. Raises what `get_contact` raises."""
    found = [dict(row) for row in await reader.rows(HOUSEHOLD, id=contact_id)]
    if len(found) > 1:
        return found
    await get_contact(reader, contact_id)
    return []


async def check_household(session: AsyncSession, member: Relationship) -> None:
    """Before it is stored. Raises InHousehold if its head is a member, or itself a head; the rest says the index."""
    await lock_name(session, "households")
    given = {"id": member.id, "head_id": member.other_contact_id, "member_id": member.contact_id}
    if await session.scalar(CLASH, {"tenant_id": session.info["context"].tenant_id, **given}):
        raise InHousehold("A household's head cannot be a member of another one. End that relationship first.")
