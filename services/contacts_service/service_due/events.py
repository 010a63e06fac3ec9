"""What falls due, as other services are told ahead of time."""

from datetime import date
from uuid import UUID

from shared.messaging.event import Event


class ServiceDue(Event, type="contacts.service.due.v1", key="asset_id"):
    """An asset needs a service on `due_on`. Told once for each due, ahead by the policy's lead time; again only after
    somebody snoozed it, then `reminder` grows.
    """

    due_id: UUID
    asset_id: UUID
    contact_id: UUID | None
    company_id: UUID | None
    owner_id: UUID | None
    asset_name: str
    kind: str
    brand: str | None
    model: str | None
    service: str
    policy_id: UUID
    due_on: date
    reached_by: str
    due_usage: float | None
    usage_unit: str | None
    reminder: int
