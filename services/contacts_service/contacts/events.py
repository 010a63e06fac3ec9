"""What contacts tell the other services: state without free text."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel

from contacts_service.contacts.derived import Items
from contacts_service.contacts.models import Contact, column_values
from shared.messaging.event import Event


class ExternalIdFact(BaseModel):
    """What another system calls the contact."""

    system: str
    id: str


class ContactState(Event):
    """The whole of what others may keep of a contact. `version` grows with every change; primary values lead."""

    contact_id: UUID
    version: int
    full_name: str
    given_name: str | None
    family_name: str | None
    emails: list[str]
    phones: list[str]
    external_ids: list[ExternalIdFact]
    language: str | None
    sex: str | None
    birthday: dict[str, int | None] | None
    home_province: str | None
    customer_class: str | None
    lifecycle_stage: str | None
    company_id: UUID | None
    owner_id: UUID | None
    tags: list[str]
    created_at: datetime
    updated_at: datetime
    changed_fields: list[str]

    @classmethod
    def of(cls, contact: Contact, changed_fields: list[str], **more: UUID) -> Self:
        """`more` are the fields that this kind of event has besides."""
        values = column_values(contact, TOLD)
        return cls(
            contact_id=values.pop("id"),
            emails=_primary_first(values.pop("emails")),
            phones=_primary_first(values.pop("phones")),
            changed_fields=changed_fields,
            **values,
            **more,
        )


TOLD = (
    "id", "emails", "phones",
    "version", "external_ids", "full_name", "given_name", "family_name", "language", "sex", "birthday",
    "home_province", "customer_class", "lifecycle_stage", "company_id", "owner_id", "tags", "created_at", "updated_at",
)  # fmt: skip


def _primary_first(items: Items) -> list[str]:
    in_order = items if len(items) < 2 else sorted(items, key=lambda item: not item["primary"])
    return [item["value"] for item in in_order]


class ContactCreated(ContactState, type="contacts.contact.created.v1", key="contact_id"):
    """A contact now exists."""


class ContactUpdated(ContactState, type="contacts.contact.updated.v1", key="contact_id"):
    """A contact changed; `changed_fields` names how."""


class ContactRestored(ContactState, type="contacts.contact.restored.v1", key="contact_id"):
    """A deleted contact is back."""


class ContactDeleted(Event, type="contacts.contact.deleted.v1", key="contact_id"):
    """A contact was deleted; it may be restored."""

    contact_id: UUID
    version: int
    deleted_at: datetime


class OwnerChanged(Event, type="contacts.owner.changed.v1", key="contact_id"):
    """A contact went from one owner to another; null is nobody. `handover_id` is the handover that it was part of."""

    contact_id: UUID
    version: int
    from_owner_id: UUID | None
    to_owner_id: UUID | None
    changed_at: datetime
    handover_id: UUID | None = None


class ContactMerged(Event, type="contacts.contact.merged.v1", key="contact_id"):
    """A contact was merged into another one: what others have of it belongs to that one, until `unmerged` undoes it."""

    contact_id: UUID
    version: int
    merged_into: UUID
    merge_id: UUID
    merged_at: datetime


class ContactUnmerged(ContactState, type="contacts.contact.unmerged.v1", key="contact_id"):
    """A merged contact is back, and what was its own before is its own again."""

    merge_id: UUID
    unmerged_from: UUID


class ContactSnapshot(ContactState, type="contacts.contact.snapshot.v1", key="contact_id"):
    """The state of a contact, told again: nothing happened. Readers keep the newest version."""


class ContactTombstone(ContactDeleted, type="contacts.contact.tombstone.v1", key="contact_id"):
    """That a contact is deleted or merged, told again: nothing happened. Readers keep the newest version."""

    merged_into: UUID | None = None


def tell_contact(contact: Contact) -> ContactSnapshot | ContactTombstone:
    if contact.deleted_at is None:
        return ContactSnapshot.of(contact, [])
    return ContactTombstone(
        contact_id=contact.id,
        version=contact.version,
        deleted_at=contact.deleted_at,
        merged_into=contact.merged_into,
    )
