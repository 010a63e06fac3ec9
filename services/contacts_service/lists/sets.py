"""Lists out of lists: one statement, however many contacts."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession


class Operator(StrEnum):
    UNION = "union"
    INTERSECT = "intersect"
    SUBTRACT = "subtract"


# Of each contact it counts in how many of the lists it is, and whether the first one is among them.
COMBINE = text("""
insert into list_members (tenant_id, list_id, contact_id, added_by)
select :tenant_id, :list_id, contact_id, :actor_id
from (
  select contact_id, count(*) as found, bool_or(list_id = :first) as in_first
  from list_members where tenant_id = :tenant_id and list_id = any(cast(:lists as uuid[])) group by contact_id
) member
where case :operator
  when 'intersect' then found = cardinality(cast(:lists as uuid[]))
  when 'subtract' then in_first and found = 1
  else true end
and exists (
  select from contacts c where c.tenant_id = :tenant_id and c.id = member.contact_id and c.deleted_at is null)
returning contact_id
""")


async def combine(session: AsyncSession, list_id: UUID, operator: Operator, lists: list[UUID]) -> list[UUID]:
    """Fills a new list from the live members of others, which differ; returns who they are."""
    context = session.info["context"]
    given = {"tenant_id": context.tenant_id, "actor_id": context.actor_id, "list_id": list_id}
    found = await session.scalars(COMBINE, {**given, "operator": operator.value, "first": lists[0], "lists": lists})
    return list(found)
