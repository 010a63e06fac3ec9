"""Whose card it is: found by e-mail or telephone, else made."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.contacts.bulk import load_contacts
from contacts_service.contacts.keys import owners_of
from contacts_service.contacts.service import create_contact
from contacts_service.contacts.texts import fold_search
from shared.db.locks import lock_name


async def find_or_make(session: AsyncSession, customer: Mapping[str, Any]) -> UUID:
    """Two registrations of one new customer at once make one contact.

    An e-mail has one owner. Several people may share a telephone: then it is who has the name, and nobody if none has:
    two contacts of one person can be merged later, while one contact of two people cannot be taken apart.
    """
    keys = [(kind, customer[kind]) for kind in ("email", "phone") if customer.get(kind)]
    for kind, value in keys:
        await lock_name(session, "customer", kind, value)
    found = await owners_of(session, session.info["context"].tenant_id, keys)
    for key in keys:
        if (contact_id := await _among(session, found.get(key, []), customer)) is not None:
            return contact_id
    given = {name: value for name, value in customer.items() if value is not None}
    return (await create_contact(session, given)).id


async def _among(session: AsyncSession, owners: list[UUID], customer: Mapping[str, Any]) -> UUID | None:
    if len(owners) <= 1:
        return owners[0] if owners else None
    contacts = await load_contacts(session, session.info["context"].tenant_id, owners)
    name = fold_search(customer.get("full_name") or "")
    return next((owner for owner in owners if name and fold_search(contacts[owner].full_name) == name), None)
