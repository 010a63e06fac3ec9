"""Erased customers: a row that says so, with a version that no event outdoes; facts that name them name nobody."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from analytics_service.features.touched import lock_features

# Orders go on counting as nobody's. Newer versions of both tables' rows follow from the service that owns them.
LOSE_ORDERS = text("""
update known_orders set contact_id = null, previous_contact_id = null
where tenant_id = :tenant_id and contact_id = any(cast(:ids as uuid[]))
""")
LOSE_INTERACTIONS = text("""
update known_interactions set contact_id = null, previous_contact_id = null, counted = false, kind = null,
  occurred_at = null
where tenant_id = :tenant_id and contact_id = any(cast(:ids as uuid[]))
""")
FORGET = text("delete from features where tenant_id = :tenant_id and contact_id = any(cast(:ids as uuid[]))")
BURY = text("""
insert into features (tenant_id, contact_id, contact_version, contact_deleted)
select :tenant_id, id, 9223372036854775807, true
from (select distinct unnest(cast(:ids as uuid[])) as id) gone order by id
""")


async def bury_customers(session: AsyncSession, contact_ids: Sequence[UUID]) -> None:
    """What is summed up under the erased id later comes to nothing again: its facts lose it, too."""
    tenant_id = session.info["context"].tenant_id
    await lock_features(session, tenant_id, sorted(set(contact_ids)))
    for statement in (LOSE_ORDERS, LOSE_INTERACTIONS, FORGET, BURY):
        await session.execute(statement, {"tenant_id": tenant_id, "ids": contact_ids})
