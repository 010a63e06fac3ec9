"""What contacts' events mean to orders, in the same transaction as the projection."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from interaction_service.known_contacts.consumer import ContactSeen, consumer
from interaction_service.orders.waiting import link_orders_of

__all__ = ["consumer"]


@consumer.on(ContactSeen, reaction=True)
async def link_waiting_orders(session: AsyncSession, events: Sequence[ContactSeen]) -> None:
    """Orders that came before their contact find it now: by the keys that the projection has just kept."""
    await link_orders_of(session, list({event.contact_id for event in events}))
