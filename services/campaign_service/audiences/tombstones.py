"""Erased contacts: a row that says so, with a version that no event outdoes."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

FORGET = text("delete from known_contacts where tenant_id = :tenant_id and id = any(cast(:ids as uuid[]))")
BURY = text("""
insert into known_contacts (tenant_id, id, version, deleted)
select :tenant_id, id, 9223372036854775807, true
from (select distinct unnest(cast(:ids as uuid[])) as id) gone order by id
""")


async def bury_contacts(session: AsyncSession, contact_ids: Sequence[UUID]) -> None:
    given = {"tenant_id": session.info["context"].tenant_id, "ids": contact_ids}
    await session.execute(FORGET, given)
    await session.execute(BURY, given)
