"""Who a contact is: all its ids, and what names it in stored texts."""

from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.contacts.models import Contact
from shared.privacy import Person, ref_word, word

ALL_IDS = text("""
with recursive them (id) as (
  select cast(:contact_id as uuid)
  union
  select near.id from them cross join lateral (
    select id from contacts where tenant_id = :tenant_id and merged_into = them.id
    union all
    select merged_into from contacts where tenant_id = :tenant_id and id = them.id and merged_into is not null
  ) near
)
select id from them
""")
"""Whom it was merged into, and who was merged into them: they are one person."""


async def find_person(session: AsyncSession, contact_id: UUID) -> Person:
    """Deleted contacts have data, too; their keys are not indexed any more."""
    tenant_id = session.info["context"].tenant_id
    ids = list(await session.scalars(ALL_IDS, {"tenant_id": tenant_id, "contact_id": contact_id}))
    query = select(Contact.emails, Contact.external_ids).where(Contact.tenant_id == tenant_id, Contact.id.in_(ids))
    words: list[str] = []
    for row in await session.execute(query):
        words += [word(each["value"]) for each in row.emails]
        words += [ref_word(each["system"], each["id"]) for each in row.external_ids]
    return Person(tenant_id, ids, words)


async def is_known(session: AsyncSession, contact_id: UUID) -> bool:
    tenant_id = session.info["context"].tenant_id
    query = select(Contact.id).where(Contact.tenant_id == tenant_id, Contact.id == contact_id)
    return await session.scalar(query) is not None
