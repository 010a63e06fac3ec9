"""Finds who new and changed contacts may be, a moment after they were written: the writes themselves stay fast."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.contacts.bulk import load_contacts
from contacts_service.duplicates.candidates import IDENTIFYING, person_of
from contacts_service.duplicates.models import DuplicateStatus
from contacts_service.duplicates.service import decide, find_anew
from shared.messaging import Consumer, Reading

BATCH = 100
"""A batch is compared at once, in a thread beside the requests."""
consumer = Consumer("contact_duplicates", batch_size=BATCH)


class ContactSeen(
    Reading,
    types=(
        "contacts.contact.created.v1",
        "contacts.contact.updated.v1",
        "contacts.contact.restored.v1",
        "contacts.contact.unmerged.v1",
        "contacts.contact.deleted.v1",
        "contacts.contact.merged.v1",
    ),
):
    """What changed, if it was a change; into whom the contact was merged, or had been."""

    contact_id: UUID
    changed_fields: list[str] = []
    merged_into: UUID | None = None
    unmerged_from: UUID | None = None

    @property
    def matters(self) -> bool:
        """Whether the contact may be recognised differently now."""
        is_change = self.envelope.type == "contacts.contact.updated.v1"
        return not is_change or not set(IDENTIFYING).isdisjoint(self.changed_fields)


@consumer.on(ContactSeen, reaction=True)
async def find_duplicates(session: AsyncSession, events: Sequence[ContactSeen]) -> None:
    """By the contacts as they are now, however many events told of them."""
    await _decide(session, events)
    ids = sorted({event.contact_id for event in events if event.matters})
    found = await load_contacts(session, session.info["context"].tenant_id, ids)
    people = {contact.id: person_of(contact) for contact in found.values() if contact.deleted_at is None}
    await find_anew(session, people, [each for each in ids if each not in people])


async def _decide(session: AsyncSession, events: Sequence[ContactSeen]) -> None:
    """Who merges two has decided about them, and who undoes that has, too."""
    last = {event.contact_id: event for event in events if event.merged_into or event.unmerged_from}
    merged = [(each.contact_id, each.merged_into) for each in last.values() if each.merged_into]
    undone = [(each.contact_id, each.unmerged_from) for each in last.values() if each.unmerged_from]
    for status, pairs in ((DuplicateStatus.MERGED, merged), (DuplicateStatus.DISMISSED, undone)):
        if pairs:
            await decide(session, status, pairs)
