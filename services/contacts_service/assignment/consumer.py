"""New contacts find an owner: by our own events, so that whoever creates one does not wait for it (docs/adr/0020)."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.assignment.assigning import assign
from shared.messaging import Consumer, Reading


class ContactMade(Reading, types=("contacts.contact.created.v1",)):
    contact_id: UUID
    owner_id: UUID | None


assignment = Consumer("contacts_assignment")


@assignment.on(ContactMade)
async def assign_new_contacts(session: AsyncSession, events: Sequence[ContactMade]) -> None:
    """Again does no harm: who has an owner by then keeps him."""
    await assign(session, [event.contact_id for event in events if event.owner_id is None])
