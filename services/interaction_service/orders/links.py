"""Orders and the contacts that their sources name."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from interaction_service.known_contacts.keys import contacts_of
from interaction_service.orders.models import Order


async def resolve(session: AsyncSession, orders: Sequence[Order]) -> None:
    """Fills in the contacts that are known here; the others are linked when they become known (waiting.py)."""
    open_ = [order for order in orders if order.contact_id is None and order.contact_key is not None]
    if not open_:
        return
    known = await contacts_of(session, {(order.contact_system or "", order.contact_key or "") for order in open_})
    for order in open_:
        order.contact_id = known.get((order.contact_system or "", order.contact_key or ""))
