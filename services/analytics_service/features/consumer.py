"""Keeps the features of each customer: others' facts in, one row a customer out, in whatever order events arrive."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from analytics_service.features import contacts, interactions, orders
from analytics_service.features.events import (
    ContactGone,
    ContactSeen,
    InteractionGone,
    InteractionSeen,
    OrderGone,
    OrderSeen,
)
from analytics_service.features.models import KNOWN
from analytics_service.features.touched import lock_features
from shared.db.successors import alone_with_successors, share_successors
from shared.messaging import Consumer, ProjectionTable, Reading, newest_per_key

HISTORY = frozenset({"previous_contact_id"})
"""Of versions that came in one batch only the last one counts: whose an order was before depends on the batches."""

MERGING = ("contacts.contact.merged.v1", "contacts.contact.unmerged.v1")

features = Consumer(
    "analytics_features",
    tables=[
        ProjectionTable("known_orders", ignoring=HISTORY),
        ProjectionTable("known_interactions", ignoring=HISTORY),
        ProjectionTable("features", where=KNOWN),
        ProjectionTable("successors"),
    ],
)


@features.on(ContactSeen, ContactGone)
async def remember_contacts(session: AsyncSession, events: Sequence[ContactSeen | ContactGone]) -> None:
    """A merge moves sums between customers: it waits until nobody sums up, and nobody sums up before it is done."""
    if any(event.envelope.type in MERGING for event in events):
        await alone_with_successors(session)
    else:
        await share_successors(session)
    moved = sorted(await contacts.remember(session, newest_per_key(events)))
    tenant_id = events[0].envelope.tenant_id
    await lock_features(session, tenant_id, moved)
    await orders.sum_up(session, tenant_id, moved)
    await interactions.sum_up(session, tenant_id, moved)


@features.on(OrderSeen, OrderGone, InteractionSeen, InteractionGone)
async def count_facts(
    session: AsyncSession, events: Sequence[OrderSeen | OrderGone | InteractionSeen | InteractionGone]
) -> None:
    """One handler, so that the customers of both are locked at once and in order: no two batches wait in a circle."""
    tenant_id = events[0].envelope.tenant_id
    await share_successors(session)
    buyers = await orders.remember(session, tenant_id, _of(events, (OrderSeen, OrderGone)))
    others = await interactions.remember(session, tenant_id, _of(events, (InteractionSeen, InteractionGone)))
    await lock_features(session, tenant_id, sorted({*buyers, *others}))
    await orders.sum_up(session, tenant_id, buyers)
    await interactions.sum_up(session, tenant_id, others)


def _of(events: Sequence[Any], kinds: tuple[type[Reading], ...]) -> list[Any]:
    """The newest of each."""
    return newest_per_key(event for event in events if isinstance(event, kinds))
