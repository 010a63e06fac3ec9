"""Features over HTTP."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.web import Instant, Money, ReadModel, examples


class MetricsRead(ReadModel):
    """Recency, frequency and monetary value of one customer. Amounts are net of returns; cancelled orders do not count.

    `known_since_at` is null while only orders or interactions of the contact were seen.
    """

    model_config = examples(
        {
            "customer_class": "retail",
            "known_since_at": "2025-03-01T02:00:00.000Z",
            "recency_days": 12,
            "frequency": 4,
            "monetary": {"amount": "12400.00", "currency": "THB"},
            "average_order": {"amount": "3100.00", "currency": "THB"},
            "currency": "THB",
            "other_revenue": [],
            "first_order_at": "2025-03-04T09:00:00.000Z",
            "last_order_at": "2026-11-10T09:00:00.000Z",
            "days_between_orders": 205.3,
            "last_contact_at": "2026-11-20T03:00:00.000Z",
            "last_contact_kind": "call",
            "contact_count": 7,
        }
    )

    contact_id: UUID
    customer_class: str | None
    known_since_at: Instant | None
    recency_days: Annotated[int | None, Field(description="Whole days since the last order.")]
    frequency: Annotated[int, Field(description="Orders.")]
    monetary: Annotated[Money | None, Field(description="Sum of the orders in the currency of most orders.")]
    average_order: Money | None
    currency: str | None
    other_revenue: Annotated[list[Money], Field(description="Sums of the orders in other currencies.")]
    first_order_at: Instant | None
    last_order_at: Instant | None
    days_between_orders: Annotated[float | None, Field(description="The mean; null below two orders.")]
    last_contact_at: Annotated[Instant | None, Field(description="The last call, meeting, e-mail, chat or visit.")]
    last_contact_kind: str | None
    contact_count: int
