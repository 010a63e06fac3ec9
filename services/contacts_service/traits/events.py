"""What traits tell the other services."""

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from contacts_service.traits.models import Trait
from shared.messaging.event import Event


class TraitObserved(Event, type="contacts.trait.observed.v1", key="contact_id", subject="trait_id"):
    """Something was observed of a contact, corrected, or withdrawn (`exists` is false)."""

    trait_id: UUID
    version: int
    contact_id: UUID
    kind: str
    name: str
    value: Any
    origin: str
    source: str
    confidence: float
    observed_at: datetime
    expires_at: datetime | None
    exists: bool

    @classmethod
    def of(cls, trait: Trait) -> Self:
        copied = {name: getattr(trait, name) for name in cls.model_fields if hasattr(Trait, name)}
        return cls(trait_id=trait.id, exists=trait.deleted_at is None, **copied)
