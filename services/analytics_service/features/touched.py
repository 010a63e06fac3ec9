"""The customers whose features follow from facts that just changed."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

TOUCHED = """(
  select unnest(cast(:contact_ids as uuid[])) union
  select survivor_id from successors where tenant_id = :tenant_id and id = any(cast(:contact_ids as uuid[]))
) as touched (contact_id)"""
"""The customers of these facts, and those that they were merged into."""
MEMBERS = """array(
  select touched.contact_id
  where not exists (select from successors where tenant_id = :tenant_id and id = touched.contact_id)
  union all
  select id from successors where tenant_id = :tenant_id and survivor_id = touched.contact_id
)"""
"""Whose facts are a touched customer's: nobody's if he was merged."""
LOCK = text(f"""
insert into features (tenant_id, contact_id)
select :tenant_id, contact_id from {TOUCHED} order by contact_id
on conflict (tenant_id, contact_id) do update set contact_version = excluded.contact_version where false
""")  # noqa: S608 - a constant
"""`do update … where false` locks the rows that are there and leaves them as they are."""


def touched_contacts(changed: Iterable[tuple[UUID | None, UUID | None]]) -> list[UUID]:
    """`changed` are the owners of facts, after and before; a fact may have moved from one to another."""
    return sorted({contact_id for pair in changed for contact_id in pair if contact_id is not None})


async def lock_features(session: AsyncSession, tenant_id: UUID, contact_ids: Sequence[UUID]) -> None:
    """Makes the missing rows and locks all, so that two batches that touch one customer sum up one after the other.

    It must be a statement before the sums: what others committed while this one waited is visible only to the next.
    """
    if contact_ids:
        await session.execute(LOCK, {"tenant_id": tenant_id, "contact_ids": contact_ids})
