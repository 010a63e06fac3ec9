"""Orders and the contacts that their sources name."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from interaction_service.known_contacts.keys import contacts_of
from interaction_service.orders.events import OrderChanged
from interaction_service.orders.models import Order
from shared.messaging import stage_many

LINK = text("""
update orders set contact_id = key.contact_id, version = orders.version + 1, updated_at = now()
from (select system, ref, min(contact_id::text)::uuid as contact_id from known_contact_keys
  where tenant_id = :tenant_id and contact_id = any(:ids) group by system, ref) key
where orders.tenant_id = :tenant_id and orders.contact_id is null and orders.contact_key is not null
and orders.contact_system = key.system and orders.contact_key = key.ref
returning orders.id
""")


async def resolve(session: AsyncSession, orders: Sequence[Order]) -> None:
    """Fills in the contacts that are known here; the others are linked when they become known."""
    open_ = [order for order in orders if order.contact_id is None and order.contact_key is not None]
    if not open_:
        return
    known = await contacts_of(session, {(order.contact_system or "", order.contact_key or "") for order in open_})
    for order in open_:
        order.contact_id = known.get((order.contact_system or "", order.contact_key or ""))


async def link_orders_of(session: AsyncSession, contact_ids: Sequence[UUID]) -> None:
    """Gives these contacts the orders that waited for them, with their events under the contact's key."""
    tenant_id = session.info["context"].tenant_id
    linked = (await session.scalars(LINK, {"tenant_id": tenant_id, "ids": list(contact_ids)})).all()
    if linked:
        query = select(Order).where(Order.tenant_id == tenant_id, Order.id.in_(linked), Order.deleted_at.is_(None))
        found = await session.scalars(query.order_by(Order.id), execution_options={"populate_existing": True})
        await stage_many(session, [OrderChanged.of(order, ["contact_id"]) for order in found])
