"""Tags of contacts, changed for one or a thousand at once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.contacts.bulk import load_contacts, update_contacts
from contacts_service.contacts.models import Contact, ContactNotFound
from contacts_service.contacts.models import ContactDeleted as ContactIsDeleted
from contacts_service.contacts.tag_names import MAX_TAGS, changed_tags, tag_key
from contacts_service.tags.models import TooManyTags


@dataclass(slots=True)
class Outcome:
    """What came of a change to many contacts."""

    changed: int = 0
    unchanged: int = 0
    unknown: list[UUID] = field(default_factory=list)
    refused: list[dict[str, Any]] = field(default_factory=list)


async def tag_contact(
    session: AsyncSession, contact_id: UUID, *, add: Sequence[str] = (), remove: Sequence[str] = ()
) -> Contact:
    """Raises ContactNotFound, ContactDeleted, TooManyTags."""
    contact = (await load_contacts(session, _tenant(session), [contact_id], lock=True)).get(contact_id)
    if contact is None:
        raise ContactNotFound(f"There is no contact {contact_id}.")
    if contact.deleted_at is not None:
        raise ContactIsDeleted(f"Contact {contact_id} was deleted. Restore it first.")
    if changed := _change(contact, add, _keys(remove)):
        await update_contacts(session, [(contact, changed)])
    return contact


async def tag_contacts(
    session: AsyncSession, ids: Sequence[UUID], *, add: Sequence[str], remove: Sequence[str]
) -> Outcome:
    """A contact that would have too many fails alone."""
    outcome, changes = Outcome(), []
    found = await load_contacts(session, _tenant(session), ids, lock=True)
    for contact_id in ids:
        contact = found.get(contact_id)
        if contact is None or contact.deleted_at is not None:
            outcome.unknown.append(contact_id)
            continue
        try:
            changed = _change(contact, add, _keys(remove))
        except TooManyTags as error:
            outcome.refused.append({"contact_id": contact_id, "code": error.code, "detail": error.detail})
            continue
        changes += [(contact, changed)] if changed else []
        outcome.unchanged += not changed
    if changes:
        await update_contacts(session, changes)
    outcome.changed = len(changes)
    return outcome


def _change(contact: Contact, add: Sequence[str], remove: Collection[str]) -> list[str]:
    tags = changed_tags(contact.tags, add=add, remove=remove)
    if len(tags) > MAX_TAGS and len(tags) > len(contact.tags):
        raise TooManyTags(f"A contact has at most {MAX_TAGS} tags. Remove those not in use.")
    return contact.change({"tags": tags})


def _keys(tags: Sequence[str]) -> frozenset[str]:
    return frozenset(map(tag_key, tags))


def _tenant(session: AsyncSession) -> UUID:
    tenant_id: UUID = session.info["context"].tenant_id
    return tenant_id
