"""Undoing merges, in whatever order they were made."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.contacts.bulk import TABLE, UPDATED, load_contacts, update_contacts
from contacts_service.contacts.events import ContactUnmerged
from contacts_service.contacts.keys import index_new
from contacts_service.contacts.models import Contact, column_values
from contacts_service.fields.models import RecordType
from contacts_service.fields.storing import add_values, up_to_date
from contacts_service.merging.combining import given_of, values_of
from contacts_service.merging.ledger import Entry, Ledger
from contacts_service.merging.models import Merge, MergeNotFound
from contacts_service.merging.service import one_at_a_time
from contacts_service.moving import bring_back
from shared.db.bulk import update_rows
from shared.db.record import now
from shared.db.sight import seen_ids
from shared.db.statement import Statement
from shared.messaging.outbox import stage

STANDING = Statement("""
with recursive survivor (id) as (
  select cast(:survivor as uuid)
  union
  select contacts.merged_into from survivor
  join contacts on contacts.tenant_id = :tenant_id and contacts.id = survivor.id
  where contacts.merged_into is not null
)
select id from merges
where tenant_id = :tenant_id and undone_at is null and survivor_id in (select id from survivor)
""")
EXISTING = Statement("select id from contacts where tenant_id = :tenant_id and id = any(cast(:ids as uuid[]))")
REVIVE = Statement("""
update contacts set deleted_at = null, merged_into = null, updated_at = :moment, version = version + 1
where tenant_id = :tenant_id and id = any(cast(:ids as uuid[]))
""")


async def undo_merge(session: AsyncSession, merge_id: UUID) -> Merge:
    """Restores the merged contacts, and the survivor but for what was changed since. Does nothing to an undone one.

    Raises MergeNotFound; EmailTaken, ExternalIdTaken if another contact has what a restored one had.
    """
    await one_at_a_time(session)
    merge = await _locked(session, merge_id)
    if merge.undone_at is None:
        await _undo(session, merge)
        merge.undone_at, merge.undone_by = now(), session.info["context"].actor_id
        await session.flush()
    return merge


async def _undo(session: AsyncSession, merge: Merge) -> None:
    standing = await _standing(session, merge)
    concerned = {each for known in standing for each in (known.survivor_id, *known.merged_ids)}
    await _demand_seen(session, merge, concerned)
    contacts = await load_contacts(session, merge.tenant_id, sorted(concerned), lock=True)
    before = {contact_id: values_of(contact) for contact_id, contact in contacts.items()}
    entries = {known.id: _entry(known) for known in standing}
    ledger = Ledger(list(entries.values()), dict(before))
    ledger.withdraw(entries[merge.id])
    await _store(session, [contacts[each] for each in contacts if ledger.contacts[each] != before[each]], ledger)
    for known in standing:
        if known is not merge:
            known.before, known.after = entries[known.id].before, entries[known.id].after
    revived = [contacts[each] for each in merge.merged_ids if each in contacts]
    await _revive(session, merge, revived)
    for contact in revived:
        await bring_back(session, contact.id, merge.survivor_id)


async def _demand_seen(session: AsyncSession, merge: Merge, concerned: Collection[UUID]) -> None:
    """Whoever does not see all of them cannot put them apart. Raises MergeNotFound."""
    if session.info["context"].viewer is None:
        return
    rows = await EXISTING.run(session, {"tenant_id": merge.tenant_id, "ids": list(concerned)})
    existing = [row["id"] for row in rows]
    if await seen_ids(session, "contacts", existing) != set(existing):
        raise MergeNotFound(f"There is no merge {merge.id}.")


async def _store(session: AsyncSession, contacts: Sequence[Contact], ledger: Ledger) -> None:
    """Of survivors that were merged themselves only the values: nobody sees them until that is undone."""
    changes = [(contact, contact.change(given_of(ledger.contacts[contact.id]))) for contact in contacts]
    live = [(contact, changed) for contact, changed in changes if contact.deleted_at is None]
    if live:
        await update_contacts(session, live)
    gone = [column_values(contact, UPDATED) for contact, _ in changes if contact.deleted_at is not None]
    await update_rows(session, TABLE, gone)


async def _revive(session: AsyncSession, merge: Merge, contacts: Sequence[Contact]) -> None:
    moment = now()
    ids = [contact.id for contact in contacts]
    await REVIVE.run(session, {"tenant_id": merge.tenant_id, "moment": moment, "ids": ids})
    revived: Mapping[str, None] = {"deleted_at": None, "merged_into": None}
    for contact in contacts:
        vars(contact).update(version=contact.version + 1, updated_at=moment, **revived)
        told = ContactUnmerged.of(contact, ["merged_into"], merge_id=merge.id, unmerged_from=merge.survivor_id)
        stage(session, told)
    await index_new(session, contacts)
    await add_values(session, await up_to_date(session, RecordType.CONTACT), contacts)


async def _standing(session: AsyncSession, merge: Merge) -> Sequence[Merge]:
    """Merges into the same survivor, and into those that it was merged into, oldest first."""
    rows = await STANDING.run(session, {"tenant_id": merge.tenant_id, "survivor": merge.survivor_id})
    wanted = select(Merge).where(Merge.tenant_id == merge.tenant_id, Merge.id.in_([row["id"] for row in rows]))
    return (await session.scalars(wanted.order_by(Merge.created_at, Merge.id))).all()


async def _locked(session: AsyncSession, merge_id: UUID) -> Merge:
    tenant_id = session.info["context"].tenant_id
    query = select(Merge).where(Merge.tenant_id == tenant_id, Merge.id == merge_id).with_for_update()
    merge = await session.scalar(query)
    if merge is None:
        raise MergeNotFound(f"There is no merge {merge_id}.")
    return merge


def _entry(merge: Merge) -> Entry:
    return Entry(merge.id, merge.survivor_id, merge.merged_ids, merge.choices, dict(merge.before), dict(merge.after))
