"""Erased contacts: a row that says so, with a version that no event outdoes."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from interaction_service.known_contacts.keys import keep_keys

BURY = text("""
insert into known_contacts (tenant_id, id, version, emails, phones, external_ids, deleted)
select :tenant_id, id, 9223372036854775807, '{}', '{}', '[]', true
from (select distinct unnest(cast(:ids as uuid[])) as id) gone order by id
on conflict (tenant_id, id) do update set version = excluded.version, full_name = null, emails = '{}', phones = '{}',
  external_ids = '[]', owner_id = null, deleted = true
""")


async def bury_contacts(session: AsyncSession, contact_ids: Sequence[UUID]) -> None:
    await session.execute(BURY, {"tenant_id": session.info["context"].tenant_id, "ids": contact_ids})
    await keep_keys(session, {contact_id: [] for contact_id in contact_ids})
