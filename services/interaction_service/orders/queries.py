"""Reads of orders."""

from typing import Any
from uuid import UUID

from sqlalchemy import String, bindparam, case, func, literal, null, select
from sqlalchemy.dialects.postgresql import JSON

from interaction_service.orders.models import Order, OrderDeleted, OrderNotFound
from shared.query import Collection, Field, Kind, Query, Reader, Row

ORDERS = Order.__table__
EXTERNAL_IDS = func.json_build_array(
    func.json_build_object("system", ORDERS.c.source, "id", ORDERS.c.number, type_=JSON), type_=JSON
)
CONTACT_REF = case(
    (ORDERS.c.contact_key.is_(None), null()),
    else_=func.json_build_object("system", ORDERS.c.contact_system, "id", ORDERS.c.contact_key, type_=JSON),
)


def _field(name: str, kind: Kind = Kind.TEXT, **options: Any) -> Field:
    return Field(name, ORDERS.c[name], kind, **options)


FIELDS = [
    _field("id", Kind.UUID, sortable=True, nullable=False),
    Field("type", literal("order", String), Kind.TEXT, filterable=False),
    _field("version", Kind.INTEGER, filterable=False),
    _field("created_at", Kind.INSTANT, sortable=True, nullable=False),
    _field("updated_at", Kind.INSTANT, sortable=True, nullable=False),
    _field("owner_id", Kind.UUID),
    Field("external_ids", EXTERNAL_IDS, Kind.TEXT, filterable=False),
    _field("contact_id", Kind.UUID),
    Field("contact_ref", CONTACT_REF, Kind.TEXT, filterable=False),
    _field("source", nullable=False),
    _field("number", nullable=False),
    _field("status", nullable=False),
    _field("placed_at", Kind.INSTANT, sortable=True, nullable=False),
    _field("cancelled_at", Kind.INSTANT),
    _field("currency", nullable=False),
    _field("discount_amount", Kind.NUMBER, nullable=False),
    _field("tax_amount", Kind.NUMBER, nullable=False),
    _field("total_amount", Kind.NUMBER, sortable=True, nullable=False),
    _field("returned_amount", Kind.NUMBER, nullable=False),
    _field("quantity", Kind.NUMBER),
    _field("lines", filterable=False),
    _field("tags", Kind.TAGS),
]
COLLECTION = Collection("orders", ORDERS, FIELDS, where=[ORDERS.c.deleted_at.is_(None)], default_sort="-placed_at")
_COLUMNS = [field.expression.label(field.name) for field in FIELDS]
ORDER_BY_ID = Query(
    select(*_COLUMNS, ORDERS.c.deleted_at).where(
        ORDERS.c.tenant_id == bindparam("tenant_id"), ORDERS.c.id == bindparam("id")
    )
)
ORDER_BY_NUMBER = Query(
    select(*_COLUMNS, ORDERS.c.deleted_at).where(
        ORDERS.c.tenant_id == bindparam("tenant_id"),
        ORDERS.c.source == bindparam("source"),
        ORDERS.c.live_number == bindparam("number"),
    )
)


async def get_order(reader: Reader, order_id: UUID) -> dict[str, Any]:
    """Raises OrderNotFound, OrderDeleted."""
    row = await reader.one_or_none(ORDER_BY_ID, id=order_id)
    if row is None:
        raise OrderNotFound(f"There is no order {order_id}.")
    return _alive(row, order_id)


async def get_by_number(reader: Reader, source: str, number: str) -> dict[str, Any]:
    """The live order. Raises OrderNotFound."""
    row = await reader.one_or_none(ORDER_BY_NUMBER, source=source, number=number)
    if row is None:
        raise OrderNotFound(f"{source} has no order {number!r} here.")
    return _alive(row, row["id"])


def _alive(row: Row, order_id: UUID) -> dict[str, Any]:
    order = dict(row)
    if order.pop("deleted_at") is not None:
        raise OrderDeleted(f"Order {order_id} was deleted. POST /v1/orders/{order_id}/restore brings it back.")
    return order
