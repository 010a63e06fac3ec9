"""Who a contact is: all its ids, and what names it in stored texts."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.contacts.models import Contact
from shared.privacy import Person, ref_word, word


async def find_person(session: AsyncSession, contact_id: UUID) -> Person:
    """Deleted contacts have data, too; their keys are not indexed any more."""
    tenant_id = session.info["context"].tenant_id
    query = select(Contact.emails, Contact.external_ids).where(Contact.tenant_id == tenant_id, Contact.id == contact_id)
    row = (await session.execute(query)).one_or_none()
    if row is None:
        return Person(tenant_id, [contact_id])
    emails = [word(each["value"]) for each in row.emails]
    return Person(
        tenant_id, [contact_id], [*emails, *(ref_word(each["system"], each["id"]) for each in row.external_ids)]
    )


async def is_known(session: AsyncSession, contact_id: UUID) -> bool:
    tenant_id = session.info["context"].tenant_id
    query = select(Contact.id).where(Contact.tenant_id == tenant_id, Contact.id == contact_id)
    return await session.scalar(query) is not None
