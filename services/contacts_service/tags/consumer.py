"""Tags that contacts have are known to the registry, whoever wrote them: a form, an import, another system."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.contacts.tag_names import tag_key
from shared.messaging import Consumer, Reading

# Only what a contact still has: facts may be old, and the tag deleted since.
REGISTER = text("""
insert into tags (tenant_id, id, version, created_at, updated_at, name, key)
select :tenant_id, new_event_id(), 1, now(), now(), name, key
from unnest(cast(:names as text[]), cast(:keys as text[])) as new (name, key)
where exists (select from contact_keys where tenant_id = :tenant_id and kind = 'tag' and value = key)
order by key
on conflict (tenant_id, key) where deleted_at is null do nothing
""")

consumer = Consumer("contact_tags")


class ContactTagged(
    Reading,
    types=(
        "contacts.contact.created.v1",
        "contacts.contact.updated.v1",
        "contacts.contact.restored.v1",
        "contacts.contact.snapshot.v1",
    ),
):
    contact_id: UUID
    tags: list[str] = []


@consumer.on(ContactTagged)
async def register_tags(session: AsyncSession, events: Sequence[ContactTagged]) -> None:
    """By the first spelling that is seen."""
    spelled: dict[str, str] = {}
    for event in events:
        for tag in event.tags:
            spelled.setdefault(tag_key(tag), tag)
    if spelled:
        given = {"names": list(spelled.values()), "keys": list(spelled)}
        await session.execute(REGISTER, {"tenant_id": session.info["context"].tenant_id, **given})
