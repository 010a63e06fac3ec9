"""The main employment, one rule both ways: a contact's `company_id` names the company of its one main employment.

- Who writes `company_id`, by whatever way, makes that company's employment the main one; it begins if it is not there.
  The one that was the main one ends the day before: a trigger of the database does it (migration 0006).
- Who makes an employment the main one here writes `company_id`. It must hold today and have no end.
- Who ends or deletes the main one clears `company_id`. To end later than today, it must not be the main one any more.
"""

from datetime import UTC, date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.contacts.bulk import load_contacts, update_contacts
from contacts_service.contacts.models import Contact, ContactDeleted, ContactNotFound
from contacts_service.relationships.models import NotMain, Relationship
from shared.errors import FieldError


async def lock_employee(session: AsyncSession, contact_id: UUID) -> Contact:
    """Before its employments, as whoever writes the contact does. Raises ContactNotFound, ContactDeleted."""
    found = await load_contacts(session, session.info["context"].tenant_id, [contact_id], lock=True)
    if contact_id not in found:
        raise ContactNotFound(f"There is no contact {contact_id}.")
    if found[contact_id].deleted_at is not None:
        raise ContactDeleted(f"Contact {contact_id} was deleted. Restore it first.")
    return found[contact_id]


def is_main(contact: Contact, employment: Relationship) -> bool:
    return (
        employment.deleted_at is None
        and employment.valid_to is None
        and contact.company_id == employment.other_company_id
    )


async def begin(session: AsyncSession, contact: Contact, employment: Relationship, main: bool | None) -> None:
    """After it was stored. Raises NotMain."""
    if main or (main is None and contact.company_id is None and _is_present(employment)):
        await _make_main(session, contact, employment)


async def follow(
    session: AsyncSession, contact: Contact, employment: Relationship, *, was_main: bool, main: bool
) -> None:
    """After it was changed. Raises NotMain."""
    if main or (was_main and employment.valid_to is None):
        await _make_main(session, contact, employment)
    elif was_main and not is_main(contact, employment):
        if employment.valid_to is not None and employment.valid_to > _today():
            raise _not_main("The main employment cannot end later than today. Make another one the main one first.")
        await _set_company(session, contact, None)


async def end(session: AsyncSession, contact: Contact, *, was_main: bool) -> None:
    """After it was deleted."""
    if was_main:
        await _set_company(session, contact, None)


async def _make_main(session: AsyncSession, contact: Contact, employment: Relationship) -> None:
    if not _is_present(employment):
        raise _not_main("The main employment is one that holds today and has no end yet.")
    await _set_company(session, contact, employment.other_company_id)


async def _set_company(session: AsyncSession, contact: Contact, company_id: UUID | None) -> None:
    changed = contact.change({"company_id": company_id})
    if changed:
        await update_contacts(session, [(contact, changed)])


def _is_present(employment: Relationship) -> bool:
    has_begun = employment.valid_from is None or employment.valid_from <= _today()
    return has_begun and employment.valid_to is None


def _today() -> date:
    """As the database's `current_date`."""
    return datetime.now(UTC).date()


def _not_main(detail: str) -> NotMain:
    return NotMain(detail, errors=[FieldError("not_main_employment", detail, pointer="/main")])
