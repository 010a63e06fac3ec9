"""Contacts that were merged into others: who lives on. A survivor may have been merged again."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.contacts.models import ContactIsMerged, ContactNotFound
from shared.db.statement import Statement
from shared.errors import MovedError
from shared.query import Query, Reader

FOLLOW = """
with recursive step (id, merged_into) as (
  select id, merged_into from contacts where tenant_id = :tenant_id and id = :id
  union all
  select contacts.id, contacts.merged_into from step
  join contacts on contacts.tenant_id = :tenant_id and contacts.id = step.merged_into
)
select id from step where merged_into is null
"""
SURVIVOR, SURVIVOR_READ = Statement(FOLLOW), Query(text(FOLLOW))


async def moved_to_survivor(reader: Reader, contact_id: UUID) -> MovedError:
    """Where a merged contact is to be read. Raises ContactNotFound if the reader does not see the survivor."""
    survivor = await reader.value(SURVIVOR_READ, id=contact_id)
    if survivor is None:
        raise ContactNotFound(f"There is no contact {contact_id}.")
    detail = f"Contact {contact_id} was merged into {survivor}."
    place, other = f"/v1/contacts/{survivor}", f"/v1/contacts/{contact_id}"
    return MovedError(detail, location=place, instead_of=other, merged_into=survivor)


async def survivor_of(session: AsyncSession, contact_id: UUID) -> UUID:
    """Of a contact that exists: itself, if it was never merged."""
    rows = await SURVIVOR.run(session, {"tenant_id": session.info["context"].tenant_id, "id": contact_id})
    survivor: UUID = rows[0]["id"]
    return survivor


async def refused_for_survivor(session: AsyncSession, contact_id: UUID) -> ContactIsMerged:
    """Why a merged contact cannot be changed."""
    survivor = await survivor_of(session, contact_id)
    detail = f"Contact {contact_id} was merged into {survivor}. Change that one, or undo the merge."
    return ContactIsMerged(detail, merged_into=survivor)
