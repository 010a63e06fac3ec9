"""What relationships tell the other services."""

from datetime import date
from typing import Self
from uuid import UUID

from contacts_service.relationships.models import Relationship
from shared.messaging.event import Event


class RelationshipChanged(Event, type="contacts.relationship.changed.v1", key="party_id", subject="relationship_id"):
    """The other one is now, or is no more (`exists`), the `kind` of this one. In the order of `party_id`, this one.

    An employment that only follows a contact's `company_id` is told by the contact's own events.
    """

    relationship_id: UUID
    version: int
    party_id: UUID
    kind: str
    inverse_kind: str
    contact_id: UUID | None
    company_id: UUID | None
    other_contact_id: UUID | None
    other_company_id: UUID | None
    title: str | None
    role: str | None
    valid_from: date | None
    valid_to: date | None
    exists: bool

    @classmethod
    def of(cls, relationship: Relationship) -> Self:
        copied = {name: getattr(relationship, name) for name in cls.model_fields if hasattr(Relationship, name)}
        party_id = relationship.contact_id or relationship.company_id
        assert party_id is not None, "a relationship has two sides"
        exists = relationship.deleted_at is None
        return cls(relationship_id=relationship.id, party_id=party_id, exists=exists, **copied)
