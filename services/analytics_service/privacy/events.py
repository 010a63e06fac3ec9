"""What is asked of this service about a person, and what it answers."""

from uuid import UUID

from shared.messaging import Reading
from shared.privacy import Answer, Asked


class PrivacyAsked(Asked, types=("contacts.erasure.requested.v1", "contacts.export.requested.v1")):
    """Somebody wants a person's data, or wants them gone."""


class PersonErased(Reading, types=("contacts.erasure.requested.v1", "contacts.contact.erased.v1")):
    """From now on nothing is kept about any of these ids."""

    contact_ids: list[UUID]


class ErasureCompleted(Answer, type="analytics.erasure.completed.v1", key="contact_id", subject="request_id"):
    """This service has erased a person; `counts` are the rows by table."""


class ExportCompleted(Answer, type="analytics.export.completed.v1", key="contact_id", subject="request_id"):
    """This service has put a person's data together; `counts` are the rows by table."""
