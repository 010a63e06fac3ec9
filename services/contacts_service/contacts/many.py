"""The same change to up to a thousand contacts: one that cannot have it fails alone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.contacts.bulk import load_contacts, update_contacts
from contacts_service.contacts.models import Contact, ContactNotFound
from contacts_service.contacts.models import ContactDeleted as ContactIsDeleted
from contacts_service.stages.moves import BY_API, Cause
from shared.errors import SamphanError

Change = Callable[[Contact], list[str]]
"""Gives the names of the fields that changed; raises SamphanError and leaves the contact as it was."""


@dataclass(slots=True)
class Outcome:
    """`unknown` are no live contacts."""

    changed: int = 0
    unchanged: int = 0
    unknown: list[UUID] = field(default_factory=list)
    refused: list[dict[str, Any]] = field(default_factory=list)


async def change_many(session: AsyncSession, ids: Sequence[UUID], change: Change, *, cause: Cause = BY_API) -> Outcome:
    outcome, changes = Outcome(), []
    found = await load_contacts(session, session.info["context"].tenant_id, ids, lock=True)
    for contact_id in ids:
        contact = found.get(contact_id)
        if contact is None or contact.deleted_at is not None:
            outcome.unknown.append(contact_id)
        elif changed := _try(change, contact, outcome):
            changes.append((contact, changed))
    if changes:
        await update_contacts(session, changes, cause=cause)
    outcome.changed = len(changes)
    return outcome


async def change_one(session: AsyncSession, contact_id: UUID, change: Change, *, cause: Cause = BY_API) -> Contact:
    """Raises ContactNotFound, ContactDeleted and what `change` raises."""
    tenant_id = session.info["context"].tenant_id
    contact = (await load_contacts(session, tenant_id, [contact_id], lock=True)).get(contact_id)
    if contact is None:
        raise ContactNotFound(f"There is no contact {contact_id}.")
    if contact.deleted_at is not None:
        raise ContactIsDeleted(f"Contact {contact_id} was deleted. Restore it first.")
    if changed := change(contact):
        await update_contacts(session, [(contact, changed)], cause=cause)
    return contact


def _try(change: Change, contact: Contact, outcome: Outcome) -> list[str]:
    try:
        changed = change(contact)
    except SamphanError as error:
        outcome.refused.append({"contact_id": contact.id, "code": error.code, "detail": error.detail})
        return []
    outcome.unchanged += not changed
    return changed
