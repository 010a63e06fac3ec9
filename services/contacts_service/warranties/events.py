"""What warranties tell the other services."""

from datetime import date
from uuid import UUID

from shared.messaging.event import Event


class WarrantyFact(Event):
    warranty_id: UUID
    asset_id: UUID
    contact_id: UUID | None
    company_id: UUID | None
    card_number: str
    kind: str
    starts_on: date
    ends_on: date | None


class WarrantyRegistered(WarrantyFact, type="contacts.warranty.registered.v1", key="asset_id"):
    """A warranty card was registered. `contact_id` is who did."""

    months: int | None
    usage_limit: float | None
    usage_unit: str | None


class WarrantyExpiring(WarrantyFact, type="contacts.warranty.expiring.v1", key="asset_id"):
    """A warranty ends on `ends_on`. Told once, ahead by its lead time. `contact_id` is who owns the asset now."""

    owner_id: UUID | None
    asset_name: str
