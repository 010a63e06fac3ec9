"""Orders are records of the business, which the law makes it keep; without the person they are kept as they are.

Thailand's Accounting Act (s. 14) and Revenue Code (s. 87/3) ask for five years. Numbers, days, products and amounts
stay; contact, its reference, tags and the names of lines, which are free text, go. Nobody's order counts in trends.
"""

from collections.abc import Iterable
from typing import Any, cast

from sqlalchemy import Table, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from interaction_service.orders.bulk import change_orders
from interaction_service.orders.events import OrderDeleted
from interaction_service.orders.models import Order
from shared.db.bulk import update_rows
from shared.db.record import now
from shared.messaging import stage_many
from shared.privacy import Person

TABLE = cast("Table", Order.__table__)
NOBODY: dict[str, Any] = {"contact_id": None, "contact_system": None, "contact_key": None, "tags": []}
CHANGED = ["contact_id", "contact_ref", "lines", "tags"]
REFERRED = """
case when contact_key is not null then (contact_system = 'email' and cast(to_json(contact_key) as text) = any(:words))
  or concat('{"system":', to_json(contact_system), ',"id":', to_json(contact_key), '}') = any(:words) else false end
"""
WHERE = f"contact_id = any(:person_ids) or {REFERRED}"


async def depersonalise_orders(session: AsyncSession, person: Person) -> int:
    """Deleted ones too."""
    orders = [*await session.scalars(_of(person))]
    for order in orders:
        session.expunge(order)
        order.__dict__.update(NOBODY, lines=[{**line, "name": None} for line in order.lines])
    await change_orders(session, [(order, CHANGED, None) for order in orders if order.deleted_at is None])
    await _change_deleted(session, [order for order in orders if order.deleted_at is not None])
    return len(orders)


def _of(person: Person) -> Any:
    given = person.parameters()
    referred = text(f"({REFERRED})").bindparams(words=given["words"])
    return (
        select(Order)
        .where(Order.tenant_id == person.tenant_id, or_(Order.contact_id.in_(person.ids), referred))
        .order_by(Order.id)
        .with_for_update()
    )


async def _change_deleted(session: AsyncSession, orders: Iterable[Order]) -> None:
    moment, named = now(), ("tenant_id", "id", "version", *NOBODY, "lines")
    rows = [{**{name: getattr(order, name) for name in named}, "updated_at": moment} for order in orders]
    await update_rows(session, TABLE, rows)
    await stage_many(
        session,
        [
            OrderDeleted(order_id=order.id, version=order.version + 1, contact_id=None, deleted_at=order.deleted_at)
            for order in orders
            if order.deleted_at is not None
        ],
    )
