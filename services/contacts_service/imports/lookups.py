"""What the database knows about the people and companies of a chunk: each question asked once for all rows."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.contacts.keys import Key

MAX_SAME = 20
"""Contacts considered that share one phone number or one name."""

OWNERS = text("""
select wanted.kind, wanted.value, found.contact_id
from unnest(cast(:kinds as text[]), cast(:values as text[])) as wanted (kind, value)
cross join lateral (
  select contact_id from contact_keys
  where tenant_id = :tenant_id and kind = wanted.kind and value = wanted.value
  order by contact_id limit :most
) as found
""")
NAMESAKES = text("""
select wanted.name, found.id
from unnest(cast(:names as text[])) as wanted (name)
cross join lateral (
  select id from contacts where tenant_id = :tenant_id and sort_name = wanted.name and deleted_at is null
  order by id limit :most
) as found
""")
LOCK = text("select pg_advisory_xact_lock(hashtextextended('contact import ' || :tenant_id, 0))")


async def one_chunk_at_a_time(session: AsyncSession, tenant_id: UUID) -> None:
    """Two imports of a tenant take turns: what one creates the next one finds, also by name or phone."""
    await session.execute(LOCK, {"tenant_id": str(tenant_id)})


async def owners_of_keys(session: AsyncSession, tenant_id: UUID, keys: Iterable[Key]) -> dict[Key, list[UUID]]:
    """Live contacts by key, oldest first, at most MAX_SAME each."""
    distinct = list(dict.fromkeys(keys))
    found: dict[Key, list[UUID]] = {}
    if distinct:
        kinds, values = zip(*distinct, strict=True)
        given = {"tenant_id": tenant_id, "kinds": kinds, "values": values, "most": MAX_SAME}
        for kind, value, contact_id in await session.execute(OWNERS, given):
            found.setdefault((kind, value), []).append(contact_id)
    return found


async def namesakes(session: AsyncSession, tenant_id: UUID, names: Iterable[str]) -> dict[str, list[UUID]]:
    """Live contacts by folded name, oldest first, at most MAX_SAME each."""
    distinct = list(dict.fromkeys(names))
    found: dict[str, list[UUID]] = {}
    if distinct:
        given = {"tenant_id": tenant_id, "names": distinct, "most": MAX_SAME}
        for name, contact_id in await session.execute(NAMESAKES, given):
            found.setdefault(name, []).append(contact_id)
    return found
