"""Orders as the interaction service tells of them."""

from uuid import UUID

from shared.messaging.message import Message
from shared.testing.events import fact
from shared.testing.tenants import Tenant


def order(
    tenant: Tenant,
    order_id: UUID,
    contact_id: str | None,
    *,
    version: int = 1,
    what: str = "placed",
    status: str = "placed",
    amount: str = "100.00",
) -> Message:
    body = {"order_id": order_id, "contact_id": contact_id, "status": status, "total_amount": amount}
    return fact(tenant.context, f"interactions.order.{what}.v1", order_id, version, **body)
