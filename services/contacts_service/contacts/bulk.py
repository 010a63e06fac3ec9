"""Many contacts at once, set-based: a handful of statements whatever the number."""

import asyncio
from collections.abc import Sequence
from typing import cast

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.contacts.events import ContactCreated, ContactUpdated
from contacts_service.contacts.keys import index_again, index_rows, write_index
from contacts_service.contacts.models import CHANGEABLE, Contact, column_values
from contacts_service.contacts.service import INDEXED
from shared.db.bulk import insert_rows, update_rows
from shared.db.record import now
from shared.errors import ConflictError
from shared.messaging.outbox import stage_many

TABLE = cast("Table", Contact.__table__)
CREATED = [column.name for column in TABLE.columns if column.name != "sync_xid"]
UPDATED = ["tenant_id", "id", "version", "updated_at", "sort_name", "email", "phone", *CHANGEABLE]


class ChangedMeanwhile(ConflictError):
    code = "changed_meanwhile"
    retryable = True


async def create_contacts(session: AsyncSession, contacts: Sequence[Contact]) -> None:
    """Stores contacts made by `new_contact`. Raises EmailTaken, ExternalIdTaken, or IntegrityError for a taken id."""
    if not contacts:
        return
    rows = [column_values(contact, CREATED) for contact in contacts]
    # The next statement's parameters are made while the database is busy with this one.
    _, index = await asyncio.gather(insert_rows(session, TABLE, rows), asyncio.to_thread(index_rows, contacts))
    _, facts = await asyncio.gather(write_index(session, index), asyncio.to_thread(_created, contacts))
    await stage_many(session, facts)


def _created(contacts: Sequence[Contact]) -> list[ContactCreated]:
    return [ContactCreated.of(contact, []) for contact in contacts]


async def update_contacts(session: AsyncSession, changes: Sequence[tuple[Contact, list[str]]]) -> None:
    """Stores contacts that `change` altered, with the names of the fields; each must be at the version it was read at.

    The contacts must not belong to a session. Raises ChangedMeanwhile, EmailTaken, ExternalIdTaken.
    """
    contacts = [contact for contact, _ in changes]
    moment = now()
    for contact in contacts:
        contact.updated_at = moment
    stored = await update_rows(session, TABLE, [column_values(contact, UPDATED) for contact in contacts])
    if len(stored) < len(contacts):
        raise ChangedMeanwhile("Some of these contacts were changed meanwhile. Try again.")
    for contact in contacts:
        contact.version += 1
    await index_again(session, [contact for contact, changed in changes if INDEXED.intersection(changed)])
    await stage_many(session, (ContactUpdated.of(contact, changed) for contact, changed in changes))
