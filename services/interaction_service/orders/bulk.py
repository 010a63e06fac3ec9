"""Many orders at once, set-based: a handful of statements whatever the number."""

from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncSession

from interaction_service.orders.events import OrderPlaced
from interaction_service.orders.links import resolve
from interaction_service.orders.models import CHANGEABLE, Order
from interaction_service.orders.service import change_event
from shared.db.bulk import insert_rows, update_rows
from shared.db.record import now
from shared.db.sight import owned_by_viewer
from shared.errors import ConflictError
from shared.messaging import stage_many

TABLE = cast("Table", Order.__table__)
PLACED = [column.name for column in TABLE.columns if column.name not in ("sync_xid", "live_number")]
CHANGED = [
    "tenant_id", "id", "version", "updated_at", "contact_system", "contact_key", "cancelled_at", "import_id",
    *(name for name in CHANGEABLE if name != "contact_ref"),
]  # fmt: skip


class ChangedMeanwhile(ConflictError):
    code = "changed_meanwhile"
    retryable = True


async def place_orders(session: AsyncSession, orders: Sequence[Order]) -> None:
    """Stores orders made by `new_order`, linked where possible. Raises IntegrityError for a taken number or id."""
    owned_by_viewer(session, orders)
    await resolve(session, orders)
    await insert_rows(session, TABLE, [_row(order, PLACED) for order in orders])
    await stage_many(session, (OrderPlaced.of(order, []) for order in orders))


async def change_orders(session: AsyncSession, changes: Sequence[tuple[Order, list[str], UUID | None]]) -> None:
    """Stores orders that `change` altered, with the changed fields and the contact before.

    The orders must not belong to a session. Raises ChangedMeanwhile.
    """
    if not changes:
        return
    orders = [order for order, _, _ in changes]
    await resolve(session, orders)
    moment = now()
    for order in orders:
        order.updated_at = moment
    stored = await update_rows(session, TABLE, [_row(order, CHANGED) for order in orders])
    if len(stored) < len(orders):
        raise ChangedMeanwhile("Some of these orders were changed meanwhile. Try again.")
    for order in orders:
        order.version += 1
    await stage_many(
        session, (change_event(order, changed, previous_contact_id=before) for order, changed, before in changes)
    )


def _row(order: Order, names: Sequence[str]) -> dict[str, Any]:
    """Past the ORM's attributes, which take three times as long. Every column of the order is loaded or set."""
    values = order.__dict__
    return {name: values[name] for name in names}
