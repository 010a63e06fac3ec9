"""Orders of the interaction service, as far as rules ask for them: how many each contact has."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.lifecycle.service import apply_rules
from shared.messaging import Consumer, ProjectionTable, Reading, newest_per_key

REMEMBER = text("""
insert into contact_orders (tenant_id, order_id, version, contact_id, counts)
select :tenant_id, order_id, version, contact_id, counts
from jsonb_to_recordset(cast(:rows as jsonb)) as new (order_id uuid, version bigint, contact_id uuid, counts boolean)
order by order_id
on conflict (tenant_id, order_id) do update
set version = excluded.version, contact_id = excluded.contact_id, counts = excluded.counts
where contact_orders.version < excluded.version
""")

consumer = Consumer("contact_orders", tables=[ProjectionTable("contact_orders")])


class OrderSeen(
    Reading,
    types=(
        "interactions.order.placed.v1",
        "interactions.order.changed.v1",
        "interactions.order.cancelled.v1",
        "interactions.order.restored.v1",
        "interactions.order.snapshot.v1",
    ),
):
    """Returns that came as documents of their own have negative amounts."""

    order_id: UUID
    version: int
    contact_id: UUID | None
    status: str
    total_amount: Decimal

    def row(self) -> dict[str, Any]:
        counts = self.status != "cancelled" and self.total_amount >= 0
        return {"order_id": self.order_id, "version": self.version, "contact_id": self.contact_id, "counts": counts}


class OrderGone(Reading, types=("interactions.order.deleted.v1", "interactions.order.tombstone.v1")):
    order_id: UUID
    version: int

    def row(self) -> dict[str, Any]:
        return {"order_id": self.order_id, "version": self.version, "contact_id": None, "counts": False}


@consumer.on(OrderSeen, OrderGone)
async def remember_orders(session: AsyncSession, events: Sequence[OrderSeen | OrderGone]) -> None:
    """Keeps the newest version seen of each order, in whatever order events arrive."""
    rows = orjson.dumps([event.row() for event in newest_per_key(events)]).decode()
    await session.execute(REMEMBER, {"tenant_id": session.info["context"].tenant_id, "rows": rows})


@consumer.on(OrderSeen, reaction=True)
async def move_by_orders(session: AsyncSession, events: Sequence[OrderSeen]) -> None:
    """A first order makes a customer, where a business has such a rule."""
    await apply_rules(session, sorted({event.contact_id for event in events if event.contact_id is not None}))
