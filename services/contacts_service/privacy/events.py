"""What is asked of all services about a person, and what came of it. Ids and counts only."""

from typing import Literal
from uuid import UUID

from shared.messaging import Event, Reading
from shared.privacy import Answer, ErasedPerson


class _Asked(Event):
    request_id: UUID
    contact_id: UUID
    contact_ids: list[UUID]


class ErasureRequested(_Asked, type="contacts.erasure.requested.v1", key="contact_id", subject="request_id"):
    """A person is to be erased everywhere. Asked again each day until all have answered."""


class ExportRequested(_Asked, type="contacts.export.requested.v1", key="contact_id", subject="request_id"):
    """A person's data are to be put together. Asked again each day until all have answered."""


class ContactErased(Event, type="contacts.contact.erased.v1", key="contact_id"):
    """That a contact is erased, told again: nothing happened. No later fact brings it back."""

    contact_id: UUID
    contact_ids: list[UUID]


class ErasureCompleted(Answer, type="contacts.erasure.completed.v1", key="contact_id", subject="request_id"):
    """This service has erased a person; `counts` are the rows by table."""


class ExportCompleted(Answer, type="contacts.export.completed.v1", key="contact_id", subject="request_id"):
    """This service has put a person's data together; `counts` are the rows by table."""


class PrivacyRequestEnded(Event, type="contacts.privacy_request.ended.v1", key="contact_id", subject="request_id"):
    """All services have done their part, or one has not within 14 days."""

    request_id: UUID
    contact_id: UUID
    kind: Literal["erasure", "export"]
    status: Literal["completed", "failed"]


class ServiceAnswered(
    Reading,
    types=tuple(
        f"{service}.{kind}.completed.v1"
        for service in ("contacts", "interactions", "campaigns", "analytics")
        for kind in ("erasure", "export")
    ),
):
    request_id: UUID
    counts: dict[str, int]

    @property
    def service(self) -> str:
        return self.envelope.type.partition(".")[0]


def tell_erased(person: ErasedPerson) -> ContactErased:
    return ContactErased(contact_id=person.id, contact_ids=[person.id])
