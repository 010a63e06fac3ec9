"""Who a contact may be, found now, with what was decided about the pairs before."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.contacts.bulk import load_contacts
from contacts_service.contacts.models import Contact, new_contact
from contacts_service.contacts.service import alive
from contacts_service.contacts.survivors import survivor_of
from contacts_service.duplicates.judging import Judged, judge_one
from contacts_service.duplicates.models import DuplicateStatus
from shared.db.sight import seen_ids
from shared.db.statement import Statement
from shared.query.successors import merged

DECIDED = Statement("""
select id, left_id, right_id, status, fingerprint from duplicates
where tenant_id = :tenant_id and (left_id = :contact_id or right_id = :contact_id)
""")
SHOWN = Statement("""
select id, full_name, email, phone from contacts
where tenant_id = :tenant_id and id = any(cast(:ids as uuid[])) and deleted_at is null
""")
Suggestion = dict[str, Any]


async def suggest_for(session: AsyncSession, contact_id: UUID) -> list[Suggestion]:
    """The likeliest first, without pairs that were dismissed and look as they did then.

    Raises ContactNotFound, ContactIsDeleted, MovedError.
    """
    tenant_id = session.info["context"].tenant_id
    stored = (await load_contacts(session, tenant_id, [contact_id])).get(contact_id)
    if stored is not None and stored.merged_into is not None:
        raise merged(contact_id, await survivor_of(session, contact_id), "duplicates")
    contact = await alive(session, stored, contact_id)
    judged = await judge_one(session, contact)
    decided = await DECIDED.run(session, {"tenant_id": tenant_id, "contact_id": contact_id})
    known = {frozenset((row["left_id"], row["right_id"])): row for row in decided}
    pairs = [(each, known.get(frozenset((each.owner, each.other)))) for each in judged]
    return await _shown(session, [(each, row) for each, row in pairs if not _is_dismissed(each, row)])


async def suggest_for_new(session: AsyncSession, given: Mapping[str, Any]) -> list[Suggestion]:
    """The same for a contact that is not stored. Raises Nameless."""
    contact: Contact = new_contact(session.info["context"].tenant_id, given)
    return await _shown(session, [(each, None) for each in await judge_one(session, contact)])


def _is_dismissed(judged: Judged, row: Any) -> bool:
    return row is not None and row["status"] == DuplicateStatus.DISMISSED and row["fingerprint"] == judged.fingerprint


async def _shown(session: AsyncSession, pairs: Sequence[tuple[Judged, Any]]) -> list[Suggestion]:
    ids = list(await seen_ids(session, "contacts", [each.other for each, _ in pairs]))
    rows = await SHOWN.run(session, {"tenant_id": session.info["context"].tenant_id, "ids": ids})
    contacts = {row["id"]: dict(row) for row in rows}
    return [
        {
            "contact": contacts[each.other],
            "score": each.score,
            "reasons": each.reasons,
            "duplicate_id": row and row["id"],
        }
        for each, row in pairs
        if each.other in contacts
    ]
