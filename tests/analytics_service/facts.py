"""Events as other services send them, with only what analytics reads."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

from shared.ids import new_id
from shared.messaging.message import Message
from shared.testing.events import fact
from shared.testing.tenants import Tenant

MORNING = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)


def contact(tenant: Tenant, contact_id: UUID, version: int = 1, customer_class: str | None = "retail") -> Message:
    what = "created" if version == 1 else "updated"
    body = {"contact_id": contact_id, "customer_class": customer_class, "created_at": MORNING}
    return fact(tenant.context, f"contacts.contact.{what}.v1", contact_id, version, **body)


def contact_deleted(tenant: Tenant, contact_id: UUID, version: int) -> Message:
    return fact(tenant.context, "contacts.contact.deleted.v1", contact_id, version, contact_id=contact_id)


def erasure(tenant: Tenant, contact_id: UUID) -> Message:
    body = {"request_id": new_id(), "contact_id": contact_id, "contact_ids": [contact_id]}
    return fact(tenant.context, "contacts.erasure.requested.v1", contact_id, 1, **body)


def contact_merged(tenant: Tenant, contact_id: UUID, version: int, merged_into: UUID) -> Message:
    body = {"contact_id": contact_id, "merged_into": merged_into}
    return fact(tenant.context, "contacts.contact.merged.v1", contact_id, version, **body)


def order(
    tenant: Tenant,
    order_id: UUID,
    contact_id: UUID | None,
    amount: str,
    placed_at: datetime = MORNING,
    *,
    version: int = 1,
    status: str = "placed",
    currency: str = "THB",
    returned: str = "0.00",
) -> Message:
    what = "cancelled" if status == "cancelled" else "placed" if version == 1 else "changed"
    body = {
        "order_id": order_id,
        "contact_id": contact_id,
        "status": status,
        "placed_at": placed_at,
        "currency": currency,
        "total_amount": str(Decimal(amount)),
        "returned_amount": returned,
    }
    return fact(tenant.context, f"interactions.order.{what}.v1", order_id, version, **body)


def order_deleted(tenant: Tenant, order_id: UUID, version: int) -> Message:
    return fact(tenant.context, "interactions.order.deleted.v1", order_id, version, order_id=order_id)


def interaction(
    tenant: Tenant,
    interaction_id: UUID,
    contact_id: UUID,
    occurred_at: datetime = MORNING,
    *,
    version: int = 1,
    kind: str = "call",
) -> Message:
    what = "logged" if version == 1 else "updated"
    body = {"interaction_id": interaction_id, "contact_id": contact_id, "kind": kind, "occurred_at": occurred_at}
    return fact(tenant.context, f"interactions.interaction.{what}.v1", interaction_id, version, **body)


def interaction_deleted(tenant: Tenant, interaction_id: UUID, version: int) -> Message:
    body = {"interaction_id": interaction_id}
    return fact(tenant.context, "interactions.interaction.deleted.v1", interaction_id, version, **body)
