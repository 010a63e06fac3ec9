"""What duplicates tell the other services."""

from uuid import UUID

from shared.messaging.event import Event


class DuplicateFound(Event, type="contacts.duplicate.found.v1", key="contact_id", subject="duplicate_id"):
    """Two contacts may be one person. `score` is the probability; `GET /v1/duplicates/{id}` has the reasons."""

    duplicate_id: UUID
    version: int
    contact_id: UUID
    other_id: UUID
    score: float
