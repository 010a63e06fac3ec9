"""What orders tell the other services.

Each carries the order's whole state, so that the newest `version` is all that a reader has to keep. The key is the
contact, or the order itself while nobody knows its contact: when the contact becomes known, `changed` follows under the
contact's key, and may overtake `placed`: readers compare versions. `status` and the amounts tell what counts, not the
type: an imported order may be `placed` with the status `cancelled`. Returns that came as documents of their own have
negative amounts.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel

from interaction_service.orders.models import Order
from shared.messaging import Event

MAX_LINES = 500


class OrderLine(BaseModel):
    sku: str | None
    quantity: Decimal
    amount: Decimal
    category: str | None


class OrderState(Event):
    """`lines` are the first 500 of `line_count`. `previous_contact_id` if it was another contact's order before."""

    order_id: UUID
    version: int
    contact_id: UUID | None
    previous_contact_id: UUID | None
    contact_ref: dict[str, str] | None
    source: str
    number: str
    status: str
    placed_at: datetime
    cancelled_at: datetime | None
    currency: str
    discount_amount: Decimal
    tax_amount: Decimal
    total_amount: Decimal
    returned_amount: Decimal
    quantity: Decimal | None
    line_count: int
    lines: list[OrderLine]
    owner_id: UUID | None
    tags: list[str]
    created_at: datetime
    updated_at: datetime
    changed_fields: list[str]

    @property
    def key(self) -> str:
        return str(self.contact_id or self.order_id)

    @classmethod
    def of(cls, order: Order, changed_fields: list[str], *, previous_contact_id: UUID | None = None) -> Self:
        values = order.__dict__  # past the ORM's attributes: imports make many events
        copied: dict[str, Any] = {name: values[name] for name in COPIED}
        return cls(
            order_id=order.id,
            contact_ref=order.contact_ref,
            previous_contact_id=previous_contact_id,
            line_count=len(order.lines),
            lines=order.lines[:MAX_LINES],
            changed_fields=changed_fields,
            **copied,
        )


COPIED = (
    "version", "contact_id", "source", "number", "status", "placed_at", "cancelled_at", "currency",
    "discount_amount", "tax_amount", "total_amount", "returned_amount", "quantity", "owner_id", "tags", "created_at",
    "updated_at",
)  # fmt: skip


class OrderPlaced(OrderState, type="interactions.order.placed.v1", key="contact_id", subject="order_id"):
    """An order now exists."""


class OrderChanged(OrderState, type="interactions.order.changed.v1", key="contact_id", subject="order_id"):
    """An order changed, or its contact became known; `changed_fields` names how."""


class OrderCancelled(OrderState, type="interactions.order.cancelled.v1", key="contact_id", subject="order_id"):
    """An order was cancelled as a whole."""


class OrderRestored(OrderState, type="interactions.order.restored.v1", key="contact_id", subject="order_id"):
    """A deleted order is back."""


class OrderDeleted(Event, type="interactions.order.deleted.v1", key="contact_id", subject="order_id"):
    """An order was deleted; it may be restored."""

    order_id: UUID
    version: int
    contact_id: UUID | None
    deleted_at: datetime

    @property
    def key(self) -> str:
        return str(self.contact_id or self.order_id)


class OrderSnapshot(OrderState, type="interactions.order.snapshot.v1", key="contact_id", subject="order_id"):
    """The state of an order, told again: nothing happened. Readers keep the newest version."""


class OrderTombstone(OrderDeleted, type="interactions.order.tombstone.v1", key="contact_id", subject="order_id"):
    """That an order is deleted, told again: nothing happened. Readers keep the newest version."""


def tell_order(order: Order) -> OrderSnapshot | OrderTombstone:
    if order.deleted_at is None:
        return OrderSnapshot.of(order, [])
    return OrderTombstone(
        order_id=order.id,
        version=order.version,
        contact_id=order.contact_id,
        deleted_at=order.deleted_at,
    )
