"""Orders that came before their contact. Set-based."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import String, func, literal, select, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from interaction_service.known_contacts.keys import Key, keys_of
from interaction_service.orders.bulk import change_orders
from interaction_service.orders.models import Order


async def link_orders_of(session: AsyncSession, contact_ids: Sequence[UUID]) -> None:
    """Gives these contacts the live orders that waited for them, with events under the contact's key.

    A deleted order finds its contact when it is restored.
    """
    owners = {key: contact_id for contact_id, keys in (await keys_of(session, contact_ids)).items() for key in keys}
    orders = await _waiting(session, owners)
    for order in orders:
        session.expunge(order)
        order.contact_id = owners[(order.contact_system or "", order.contact_key or "")]
    await change_orders(session, [(order, ["contact_id"], None) for order in orders])


async def _waiting(session: AsyncSession, owners: Mapping[Key, UUID]) -> Sequence[Order]:
    """Locked. One look into the index for each key: by itself the planner may compare every order with every key."""
    if not owners:
        return []
    systems, refs = zip(*owners, strict=True)
    arrays = (literal(list(part), ARRAY(String)) for part in (systems, refs))
    wanted = func.unnest(*arrays).table_valued("system", "ref").render_derived(name="wanted")
    own = (
        select(Order)
        .where(
            Order.tenant_id == session.info["context"].tenant_id,
            Order.contact_id.is_(None),
            Order.contact_key.is_not(None),
            Order.contact_system == wanted.c.system,
            Order.contact_key == wanted.c.ref,
            Order.deleted_at.is_(None),
        )
        .with_for_update()
        .lateral()
    )
    return (await session.scalars(select(aliased(Order, own)).select_from(wanted).join(own, true()))).all()
