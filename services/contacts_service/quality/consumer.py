"""Contacts are scored when they have changed, beside the request that changed them."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.quality.service import score_contacts
from shared.db.record import now
from shared.messaging import Consumer, Reading

consumer = Consumer("contact_quality")


class ContactTouched(
    Reading,
    types=(
        "contacts.contact.created.v1",
        "contacts.contact.updated.v1",
        "contacts.contact.restored.v1",
        "contacts.contact.snapshot.v1",
        "contacts.contact.deleted.v1",
        "contacts.contact.merged.v1",
        "contacts.contact.unmerged.v1",
        "contacts.contact.tombstone.v1",
    ),
):
    contact_id: UUID


@consumer.on(ContactTouched)
async def keep_scores(session: AsyncSession, events: Sequence[ContactTouched]) -> None:
    await score_contacts(session, sorted({event.contact_id for event in events}), now())
