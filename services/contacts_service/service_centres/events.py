"""What service centres tell the other services."""

from datetime import datetime
from uuid import UUID

from shared.messaging.event import Event


class CentreRecommended(Event, type="contacts.centre.recommended.v1", key="contact_id", subject="centre_id"):
    """Somebody recommended this service centre to a contact."""

    centre_id: UUID
    contact_id: UUID
    asset_id: UUID | None
    centre_name: str
    distance_km: float | None
    note: str | None
    recommended_at: datetime
