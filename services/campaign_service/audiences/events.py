"""What campaigns understand of contacts."""

from typing import Any
from uuid import UUID

from shared.messaging import Reading


class ContactSeen(
    Reading,
    types=(
        "contacts.contact.created.v1",
        "contacts.contact.updated.v1",
        "contacts.contact.restored.v1",
        "contacts.contact.unmerged.v1",
        "contacts.contact.snapshot.v1",
    ),
):
    """A live contact. The first e-mail and phone are the primary ones."""

    contact_id: UUID
    version: int
    full_name: str
    emails: list[str]
    phones: list[str]
    language: str | None
    sex: str | None
    birthday: dict[str, Any] | None
    home_province: str | None
    customer_class: str | None
    lifecycle_stage: str | None
    tags: list[str]
    owner_id: UUID | None

    def row(self) -> dict[str, Any]:
        return {
            **self.model_dump(exclude={"contact_id", "emails", "phones"}),
            "id": self.contact_id,
            "deleted": False,
            "email": next(iter(self.emails), None),
            "phone": next(iter(self.phones), None),
        }


class ContactGone(
    Reading,
    types=("contacts.contact.deleted.v1", "contacts.contact.merged.v1", "contacts.contact.tombstone.v1"),
):
    """Of a merged contact the survivor has what there was."""

    contact_id: UUID
    version: int

    def row(self) -> dict[str, Any]:
        return {"id": self.contact_id, "version": self.version, "deleted": True, "tags": []}
