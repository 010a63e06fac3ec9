"""What quality tells the other services."""

from uuid import UUID

from shared.messaging.event import Event


class QualityChanged(Event, type="contacts.quality.changed.v1", key="contact_id"):
    """A contact became good, fair or poor that was something else. Changes of the score within a class are not told."""

    contact_id: UUID
    version: int
    score: int
    quality_class: str
    previous_class: str
