"""Keeps the features of each customer: others' facts in, one row a customer out, in whatever order events arrive."""

from collections.abc import Sequence

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
from shared.messaging import Consumer, newest_per_key

features = Consumer("analytics_features")


@features.on(ContactSeen, ContactGone)
async def remember_contacts(session: AsyncSession, events: Sequence[ContactSeen | ContactGone]) -> None:
    await contacts.remember(session, newest_per_key(events))


@features.on(OrderSeen, OrderGone)
async def count_orders(session: AsyncSession, events: Sequence[OrderSeen | OrderGone]) -> None:
    await orders.count(session, newest_per_key(events))


@features.on(InteractionSeen, InteractionGone)
async def count_interactions(session: AsyncSession, events: Sequence[InteractionSeen | InteractionGone]) -> None:
    await interactions.count(session, newest_per_key(events))
