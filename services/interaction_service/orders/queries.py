"""Reads of orders."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, String, bindparam, case, cast, func, literal, literal_column, null, select
from sqlalchemy.dialects.postgresql import JSON, JSONB

from interaction_service.known_contacts.expansions import EXPANSIONS, contact_field
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
LINES: ColumnElement[Any] = literal_column(
    """case when orders.lines = '[]' then orders.lines else (
  select jsonb_agg(line || jsonb_build_object(
    'unit_price', case when line ->> 'unit_price' is not null
      then jsonb_build_object('amount', line -> 'unit_price', 'currency', orders.currency) end,
    'amount', jsonb_build_object('amount', line -> 'amount', 'currency', orders.currency)
  ) order by place)
  from jsonb_array_elements(orders.lines) with ordinality as own (line, place)
) end""",
    JSONB,
)


def money_of(name: str) -> ColumnElement[Any]:
    """A column of orders with an amount, as money."""
    amount = cast(ORDERS.c[name], String)
    return func.jsonb_build_object("amount", amount, "currency", ORDERS.c.currency, type_=JSONB)


def _money(name: str) -> Field:
    return Field(name, money_of(f"{name}_amount"), Kind.TEXT, filterable=False)


def _amount(name: str, **options: Any) -> Field:
    return _field(name, Kind.NUMBER, nullable=False, readable=False, **options)


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
    contact_field(ORDERS.c.contact_id),
    Field("contact_ref", CONTACT_REF, Kind.TEXT, filterable=False),
    _field("source", nullable=False),
    _field("number", nullable=False),
    _field("status", nullable=False),
    _field("placed_at", Kind.INSTANT, sortable=True, nullable=False),
    _field("cancelled_at", Kind.INSTANT),
    _field("currency", nullable=False),
    *(_money(name) for name in ("discount", "tax", "total", "returned")),
    _amount("discount_amount"),
    _amount("tax_amount"),
    _amount("total_amount", sortable=True),
    _amount("returned_amount"),
    _field("quantity", Kind.NUMBER),
    Field("lines", LINES, Kind.TEXT, filterable=False),
    _field("tags", Kind.TAGS),
]
COLLECTION = Collection(
    "orders", ORDERS, FIELDS, where=[ORDERS.c.deleted_at.is_(None)], default_sort="-placed_at", expansions=EXPANSIONS
)
_COLUMNS = [field.expression.label(field.name) for field in FIELDS if field.readable]
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
