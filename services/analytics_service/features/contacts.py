"""What features take over from contacts: when they became known, their class and owner, whether they were deleted."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from analytics_service.features.events import ContactGone, ContactSeen
from shared.db.successors import keep_successors

REMEMBER = text("""
insert into features (tenant_id, contact_id, contact_version, contact_deleted, contact_created_at, customer_class,
  owner_id)
select :tenant_id, id, version, deleted, created_at, customer_class, owner_id
from unnest(cast(:id as uuid[]), cast(:version as bigint[]), cast(:deleted as boolean[]),
  cast(:created_at as timestamptz[]), cast(:customer_class as text[]), cast(:owner_id as uuid[]))
  as new (id, version, deleted, created_at, customer_class, owner_id)
order by id
on conflict (tenant_id, contact_id) do update set
  contact_version = excluded.contact_version, contact_deleted = excluded.contact_deleted,
  contact_created_at = excluded.contact_created_at, customer_class = excluded.customer_class,
  owner_id = excluded.owner_id
where features.contact_version < excluded.contact_version
returning contact_id
""")


async def remember(session: AsyncSession, events: Sequence[ContactSeen | ContactGone]) -> set[UUID]:
    """Keeps the newest version seen; of a deleted contact, only that it is deleted. One event a contact.

    Returns the contacts whose sums change: by a merge or its undo.
    """
    live = [event if isinstance(event, ContactSeen) else None for event in events]
    values = {
        "tenant_id": events[0].envelope.tenant_id,
        "id": [event.contact_id for event in events],
        "version": [event.version for event in events],
        "deleted": [event is None for event in live],
        "created_at": [event and event.created_at for event in live],
        "customer_class": [event and event.customer_class for event in live],
        "owner_id": [event and event.owner_id for event in live],
    }
    merged = {event.contact_id: event.merged_into for event in events}
    taken_over = await session.scalars(REMEMBER, values)
    return await keep_successors(session, {contact_id: merged[contact_id] for contact_id in taken_over})
