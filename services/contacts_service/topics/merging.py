"""Choices go along with a merged contact. Opt-outs win: a topic that one of the two has left, the survivor has left."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.moving import goes_along
from contacts_service.topics.events import SubscriptionChanged
from contacts_service.topics.models import Subscription
from shared.db.statement import Statement
from shared.messaging.outbox import stage_many

OVERRULE = """
update subscriptions as own set is_subscribed = false, is_overruled = true, version = own.version + 1
from subscriptions as other
where own.tenant_id = :tenant_id and own.contact_id = :survivor and own.is_subscribed
  and other.tenant_id = :tenant_id and other.contact_id = :merged and other.topic_id = own.topic_id
  and not other.is_subscribed
"""
RETURN = Statement("""
with recursive below (id, asked) as (
  select each, each from unnest(cast(:ids as uuid[])) as each
  union all
  select contacts.id, below.asked from below
  join contacts on contacts.tenant_id = :tenant_id and contacts.merged_into = below.id
)
update subscriptions as own set is_subscribed = true, is_overruled = false, version = own.version + 1
where own.tenant_id = :tenant_id and own.contact_id = any(cast(:ids as uuid[])) and own.is_overruled
  and not exists (
    select from below join subscriptions as other on other.tenant_id = :tenant_id and other.contact_id = below.id
    where below.asked = own.contact_id and below.id <> below.asked
      and other.topic_id = own.topic_id and not other.is_subscribed
  )
""")


async def settle(session: AsyncSession, contact_ids: Sequence[UUID]) -> None:
    """Whose opt-out is gone with him, no longer counts for the other."""
    tenant_id = session.info["context"].tenant_id
    await RETURN.run(session, {"tenant_id": tenant_id, "ids": contact_ids})
    mine = (Subscription.tenant_id == tenant_id, Subscription.contact_id.in_(contact_ids))
    found = await session.scalars(select(Subscription).where(*mine).execution_options(populate_existing=True))
    await stage_many(session, [SubscriptionChanged.of(each) for each in found])


goes_along(
    Subscription.__tablename__,
    unique=("topic_id",),
    before=OVERRULE,
    versioned=True,
    settle=settle,
)
