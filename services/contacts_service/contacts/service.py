"""Commands on one contact."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.contacts.bulk import create_contacts, lock_contact, update_contacts
from contacts_service.contacts.custom import custom_fields
from contacts_service.contacts.events import ContactDeleted, ContactRestored
from contacts_service.contacts.keys import index_new, owners_of, unindex
from contacts_service.contacts.models import (
    Contact,
    ContactNotFound,
    ExternalIdTaken,
    external_key,
    new_contact,
)
from contacts_service.contacts.models import ContactDeleted as ContactIsDeleted
from contacts_service.contacts.survivors import refused_for_survivor
from contacts_service.fields.giving import names_of
from contacts_service.fields.models import RecordType
from contacts_service.fields.storing import add_values, remove_values, up_to_date
from contacts_service.stages.service import load_lifecycle
from shared.db.locks import lock_name
from shared.db.record import now
from shared.db.sight import seen_ids
from shared.db.versions import check_no_record, check_version
from shared.errors import FieldError
from shared.messaging.outbox import stage


async def create_contact(session: AsyncSession, given: Mapping[str, Any]) -> Contact:
    """Raises EmailTaken, ExternalIdTaken, IdTaken, UnknownCompany, Nameless, InvalidCustomFields, ValueTaken."""
    given = (await custom_fields(session, [given])).to_new(given)
    contact = new_contact(session.info["context"].tenant_id, given)
    await create_contacts(session, [contact], names_of(given))
    return contact


async def update_contact(
    session: AsyncSession, contact_id: UUID, given: Mapping[str, Any], *, if_version: int | None = None
) -> Contact:
    """A merge patch. A patch that changes nothing leaves the version alone.

    Raises ContactNotFound, ContactIsDeleted, ContactIsMerged, VersionMismatch, UnknownStage, MoveRefused and what
    `create_contact` raises.
    """
    contact = await alive(session, await lock_contact(session, contact_id), contact_id)
    check_version(contact.version, if_version)
    if given.get("lifecycle_stage", contact.lifecycle_stage) != contact.lifecycle_stage:
        (await load_lifecycle(session)).check_move(contact.lifecycle_stage, given["lifecycle_stage"])
    changed = contact.change((await custom_fields(session, [given])).to_known(given, contact.custom_fields))
    if changed:
        await update_contacts(session, [(contact, changed)])
    return contact


async def upsert_by_external_id(
    session: AsyncSession, system: str, external_id: str, given: Mapping[str, Any], *, if_version: int | None = None
) -> tuple[Contact, bool]:
    """The contact, and whether it is new. Two requests at once make one contact: the loser of the race updates."""
    contact_id = await _holder(session, system, external_id)
    if contact_id is None:
        await lock_name(session, "contact", system, external_id)
        contact_id = await _holder(session, system, external_id)
    if contact_id is not None:
        if contact_id not in await seen_ids(session, "contacts", [contact_id]):
            raise external_id_taken(system, external_id)
        return await update_contact(session, contact_id, given, if_version=if_version), False
    check_no_record(if_version)
    ids = with_external_id(given, system, external_id)
    return await create_contact(session, {**given, "external_ids": ids}), True


def with_external_id(given: Mapping[str, Any], system: str, external_id: str) -> list[dict[str, str]]:
    """The new contact's ids: those that are given, and the one that it is upserted by."""
    ids = [*given.get("external_ids", ()), {"system": system, "id": external_id}]
    return list({(item["system"], item["id"]): item for item in ids}.values())


async def delete_contact(session: AsyncSession, contact_id: UUID, *, if_version: int | None = None) -> None:
    """Softly: its e-mails and external ids become free. Raises ContactNotFound, ContactIsDeleted, VersionMismatch."""
    contact = await alive(session, await _locked(session, contact_id), contact_id)
    check_version(contact.version, if_version)
    contact.deleted_at = now()
    await session.flush()
    await unindex(session, [contact])
    await remove_values(session, [contact.id])
    stage(session, ContactDeleted(contact_id=contact.id, version=contact.version, deleted_at=contact.deleted_at))


async def restore_contact(session: AsyncSession, contact_id: UUID) -> Contact:
    """Does nothing to a live contact.

    Raises ContactNotFound, ContactIsMerged; EmailTaken if another contact has its e-mail by now.
    """
    contact = await _locked(session, contact_id)
    if contact.merged_into is not None:
        raise await refused_for_survivor(session, contact_id)
    if contact.deleted_at is not None:
        contact.deleted_at = None
        await session.flush()
        await index_new(session, [contact])
        await add_values(session, await up_to_date(session, RecordType.CONTACT), [contact])
        stage(session, ContactRestored.of(contact, ["deleted_at"]))
    return contact


async def alive(session: AsyncSession, contact: Contact | None, contact_id: UUID) -> Contact:
    """The contact, if it can be changed. Raises ContactNotFound, ContactIsMerged, ContactIsDeleted."""
    if contact is None:
        raise ContactNotFound(f"There is no contact {contact_id}.")
    if contact.merged_into is not None:
        raise await refused_for_survivor(session, contact_id)
    if contact.deleted_at is not None:
        raise ContactIsDeleted(f"Contact {contact_id} was deleted. Restore it first.")
    return contact


async def find_by_external_id(session: AsyncSession, system: str, external_id: str) -> UUID | None:
    """That the session's viewer sees."""
    contact_id = await _holder(session, system, external_id)
    return contact_id if contact_id in await seen_ids(session, "contacts", [contact_id] if contact_id else []) else None


def external_id_taken(system: str, external_id: str) -> ExternalIdTaken:
    """By a contact that the caller does not see."""
    detail = f"{external_id!r} in {system!r} already belongs to a contact of somebody else."
    return ExternalIdTaken(detail, errors=[FieldError("external_id_taken", detail, pointer="/external_id")])


async def _holder(session: AsyncSession, system: str, external_id: str) -> UUID | None:
    key = ("external", external_key(system, external_id))
    found = await owners_of(session, session.info["context"].tenant_id, [key])
    return found[key][0] if found else None


async def _locked(session: AsyncSession, contact_id: UUID) -> Contact:
    tenant_id = session.info["context"].tenant_id
    query = select(Contact).where(Contact.tenant_id == tenant_id, Contact.id == contact_id).with_for_update()
    contact = await session.scalar(query, execution_options={"populate_existing": True})
    if contact is None:
        raise ContactNotFound(f"There is no contact {contact_id}.")
    return contact
