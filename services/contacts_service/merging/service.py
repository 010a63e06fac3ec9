"""Merging contacts."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.contacts.bulk import load_contacts, update_contacts
from contacts_service.contacts.events import ContactMerged
from contacts_service.contacts.keys import unindex
from contacts_service.contacts.models import Contact
from contacts_service.contacts.service import alive
from contacts_service.fields.storing import remove_values
from contacts_service.merging.combining import given_of, values_of
from contacts_service.merging.ledger import Entry, combined
from contacts_service.merging.models import Merge, MergedWithItself, NotAmongThem
from contacts_service.merging.plans import Union, Wanted
from contacts_service.moving import take_along
from shared.db.locks import lock_name
from shared.db.record import now
from shared.db.statement import Statement
from shared.db.versions import check_version
from shared.errors import FieldError
from shared.ids import new_id
from shared.messaging.outbox import stage

EMPLOYMENTS_GO_ALONG = Statement("select set_config('contacts.merging', 'on', true)")
RETIRE = Statement("""
update contacts set deleted_at = :moment, updated_at = :moment, merged_into = :survivor, version = version + 1
where tenant_id = :tenant_id and id = any(cast(:ids as uuid[]))
""")


async def unite(
    session: AsyncSession, survivor_id: UUID, wanted: Wanted, *, if_version: int | None = None, lock: bool = False
) -> Union:
    """What a merge would make of the contacts; nothing is changed.

    Raises ContactNotFound, ContactIsDeleted, ContactIsMerged, MergedWithItself, NotAmongThem, VersionMismatch.
    """
    ids = [survivor_id, *wanted.merged_ids]
    _check(ids, wanted.choices)
    found = await load_contacts(session, session.info["context"].tenant_id, ids, lock=lock)
    contacts = [await alive(session, found.get(contact_id), contact_id) for contact_id in ids]
    check_version(contacts[0].version, if_version)
    choices = {name: str(contact_id) for name, contact_id in wanted.choices.items()}
    values = {contact.id: values_of(contact) for contact in contacts}
    entry = Entry(new_id(), survivor_id, ids[1:], choices, values[survivor_id], {})
    entry.after = combined(entry, values)
    return Union(contacts, entry)


async def merge_contacts(
    session: AsyncSession, survivor_id: UUID, wanted: Wanted, *, if_version: int | None = None
) -> tuple[Merge, Contact]:
    """The merge, and the survivor as it is now. Raises what `unite` raises."""
    await one_at_a_time(session)
    union = await unite(session, survivor_id, wanted, if_version=if_version, lock=True)
    survivor, *merged = union.contacts
    await _retire(session, merged, survivor_id, union.entry.id)
    changed = survivor.change(given_of(union.entry.after))
    union.entry.after = values_of(survivor)
    if changed:
        await update_contacts(session, [(survivor, changed)])
    await take_along(session, wanted.merged_ids, survivor_id)
    return await _record(session, union.entry, changed), survivor


async def one_at_a_time(session: AsyncSession) -> None:
    """Merges and undos of a tenant follow each other: they read chains of merges, and write them.

    Employments go along themselves: that a survivor has another company neither begins nor ends one.
    """
    await lock_name(session, "merges")
    await EMPLOYMENTS_GO_ALONG.run(session, {})


async def _retire(session: AsyncSession, merged: Sequence[Contact], survivor_id: UUID, merge_id: UUID) -> None:
    moment = now()
    given = {"moment": moment, "survivor": survivor_id, "ids": [contact.id for contact in merged]}
    await RETIRE.run(session, {"tenant_id": session.info["context"].tenant_id, **given})
    await unindex(session, merged)
    await remove_values(session, [contact.id for contact in merged])
    for contact in merged:
        stage(session, _told(contact, survivor_id, merge_id, moment))


def _told(contact: Contact, survivor_id: UUID, merge_id: UUID, moment: datetime) -> ContactMerged:
    return ContactMerged(
        contact_id=contact.id,
        version=contact.version + 1,
        merged_into=survivor_id,
        merge_id=merge_id,
        merged_at=moment,
    )


async def _record(session: AsyncSession, entry: Entry, changed: Sequence[str]) -> Merge:
    actor_id = session.info["context"].actor_id
    columns: dict[str, Any] = {
        name: getattr(entry, name) for name in ("id", "survivor_id", "choices", "before", "after")
    }
    merge = Merge(**columns, merged_ids=list(entry.merged_ids), changed_fields=list(changed), merged_by=actor_id)
    session.add(merge)
    await session.flush()
    return merge


def _check(ids: Sequence[UUID], choices: Mapping[str, UUID]) -> None:
    if len(set(ids)) < len(ids):
        detail = "Each contact can be named once, and the survivor not among those that are merged into it."
        raise MergedWithItself(detail, errors=[FieldError("merged_with_itself", detail, pointer="/contact_ids")])
    for name, contact_id in choices.items():
        if contact_id not in ids:
            detail = f"{contact_id} is none of these contacts. For {name}, choose one of them."
            raise NotAmongThem(detail, errors=[FieldError("not_among_them", detail, pointer=f"/fields/{name}")])
