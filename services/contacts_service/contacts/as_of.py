"""A contact as it was at a moment, from what it is and what has changed since."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select

from contacts_service.contacts.derived import SINGLES, primary
from contacts_service.contacts.models import Contact, ContactDeleted, ContactNotFound
from contacts_service.contacts.queries import FIELDS
from contacts_service.history.queries import plain, state_at
from shared.errors import NotFoundError
from shared.query import Query, Reader

CONTACTS = Contact.__table__
NOW = Query(
    select(*(field.expression.label(field.name) for field in FIELDS), CONTACTS.c.deleted_at).where(
        CONTACTS.c.tenant_id == bindparam("tenant_id"), CONTACTS.c.id == bindparam("id")
    )
)
SHOWN = frozenset(field.name for field in FIELDS)


class ContactUnknownYet(NotFoundError):
    code = "contact_unknown_yet"
    title = ("The contact was not known yet", "ขณะนั้นยังไม่มีผู้ติดต่อนี้")


async def get_contact_as_of(reader: Reader, contact_id: UUID, moment: datetime) -> dict[str, Any]:
    """Raises ContactNotFound, ContactUnknownYet, ContactDeleted."""
    async with reader.transaction() as connection:
        rows = await reader.run(connection, NOW, id=contact_id)
        then = await state_at(reader, connection, contact_id, moment)
    if not rows:
        raise ContactNotFound(f"There is no contact {contact_id}.")
    contact = dict(rows[0]) | then.fields
    if datetime.fromisoformat(contact["created_at"]) > moment:
        raise ContactUnknownYet(f"Contact {contact_id} was created at {contact['created_at']}.")
    if contact["deleted_at"] is not None:
        raise ContactDeleted(f"Contact {contact_id} was deleted at that time.")
    singles = {single: primary(plain(contact[several])) for single, several, _ in SINGLES}  # they are not noted
    stamps = {"version": then.version or 1, "updated_at": then.updated_at or contact["created_at"]}
    return {name: value for name, value in (contact | singles | stamps).items() if name in SHOWN}
