"""What a batch does with contacts."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.contacts import service
from contacts_service.contacts.bulk import PROBLEMS, create_contacts
from contacts_service.contacts.custom import custom_fields
from contacts_service.contacts.keys import owners_of
from contacts_service.contacts.models import Contact, EmailTaken, ExternalIdTaken, new_contact
from contacts_service.contacts.schemas import ContactCreate, ContactUpdate
from shared.web.batches import BatchItem, Outcome, named_id, prepare, store_together, upsert_key

UNIQUE = {"email": EmailTaken, "external": ExternalIdTaken}


async def create_all(session: AsyncSession, outcomes: Sequence[Outcome]) -> None:
    tenant_id = session.info["context"].tenant_id
    custom = await custom_fields(session, [outcome.item.data or {} for outcome in outcomes])

    def make(item: BatchItem) -> Contact:
        given = custom.to_new(ContactCreate.model_validate(item.data or {}).given())
        return new_contact(tenant_id, {**given, **({"id": item.id} if item.id else {})})

    prepare(outcomes, make)
    await _refuse_taken(session, outcomes)
    await store_together(session, outcomes, create_contacts, PROBLEMS)


async def change_one(session: AsyncSession, outcome: Outcome) -> None:
    item = outcome.item
    if item.op == "upsert":
        key = upsert_key(item)
        given = ContactUpdate.model_validate(item.data or {}).given()
        outcome.record, is_new = await service.upsert_by_external_id(
            session, key.system, key.id, given, if_version=item.if_version
        )
        outcome.status = 201 if is_new else 200
        return
    contact_id = await named_id(session, item, service.find_by_external_id)
    if item.op == "delete":
        await service.delete_contact(session, contact_id, if_version=item.if_version)
        outcome.status = 204
        return
    given = ContactUpdate.model_validate(item.data or {}).given()
    outcome.record = await service.update_contact(session, contact_id, given, if_version=item.if_version)


async def _refuse_taken(session: AsyncSession, outcomes: Sequence[Outcome]) -> None:
    """Finds e-mails and external ids that are taken, in the database or by an earlier item."""
    keys = [key for outcome in outcomes if outcome.record for key in outcome.record.match_keys() if key[0] in UNIQUE]
    taken = set(await owners_of(session, session.info["context"].tenant_id, keys))
    for outcome in outcomes:
        if outcome.record is None:
            continue
        own = [key for key in outcome.record.match_keys() if key[0] in UNIQUE]
        clash = next((key for key in own if key in taken), None)
        if clash is not None:
            detail = f"{clash[1].replace(chr(31), '/')} already belongs to a contact."
            outcome.fail(UNIQUE[clash[0]](detail))
        else:
            taken.update(own)
