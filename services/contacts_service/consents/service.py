"""Commands: decisions are added to the ledger, together or one by one."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.consents.models import ConsentDecision, NewDecision, Recorded
from contacts_service.consents.telling import standings_of, tell
from contacts_service.contacts.models import ContactDeleted, ContactNotFound
from contacts_service.contacts.survivors import refused_for_survivor, survivor_of
from contacts_service.purposes.models import DO_NOT_CONTACT
from contacts_service.suppressions.models import Digests
from shared.db.bulk import document, insert_into
from shared.db.sight import seen_ids
from shared.db.statement import Statement
from shared.ids import new_id

TABLE = cast("Table", ConsentDecision.__table__)
WRITTEN = tuple(column.name for column in TABLE.columns if column.name not in ("seq", "counts_from", "recorded_at"))
ADD = Statement(f"{insert_into(TABLE, WRITTEN).text} on conflict do nothing returning id, contact_id, seq")
FIND = Statement("""
select id, contact_id, purpose, channel, decision, occurred_at from consent_decisions
where tenant_id = :tenant_id and contact_id = any(cast(:ids as uuid[]))
""")
LOCK = Statement("""
select id, deleted_at from contacts
where tenant_id = :tenant_id and id = any(cast(:ids as uuid[])) order by id for no key update
""")


async def lock_contacts(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, bool]:
    """Whether each contact that the viewer sees is live. Until the transaction ends nobody else decides for them."""
    seen = await seen_ids(session, "contacts", list(ids))
    rows = await LOCK.run(session, {"tenant_id": session.info["context"].tenant_id, "ids": list(seen)})
    return {row["id"]: row["deleted_at"] is None for row in rows}


async def lock_live(session: AsyncSession, contact_id: UUID) -> None:
    """Raises ContactNotFound, ContactDeleted, ContactIsMerged."""
    is_live = (await lock_contacts(session, [contact_id])).get(contact_id)
    if is_live is None:
        raise ContactNotFound(f"There is no contact {contact_id}.")
    if not is_live:
        if await survivor_of(session, contact_id) != contact_id:
            raise await refused_for_survivor(session, contact_id)
        raise ContactDeleted(f"Contact {contact_id} was deleted. Restore it first.")


async def record_decisions(session: AsyncSession, digests: Digests, decisions: Sequence[NewDecision]) -> list[Recorded]:
    """Of contacts that are locked, in any order; the results in the order given. What is recorded already stays."""
    if not decisions:
        return []
    context = session.info["context"]
    ids = [new_id() for _ in decisions]
    more = {"tenant_id": context.tenant_id, "recorded_by": context.actor_id}
    rows = [{**asdict(each), **more, "id": own} for each, own in zip(decisions, ids, strict=True)]
    rows.sort(key=lambda row: (row["occurred_at"], row["decision"]))  # a withdrawal of the same instant comes last
    added = await ADD.run(session, {"rows": document(rows)})
    new = {row["id"] for row in added}
    known = {} if len(new) == len(rows) else await _recorded(session, {each.contact_id for each in decisions})
    versions: dict[UUID, int] = {}
    for row in added:
        versions[row["contact_id"]] = max(versions.get(row["contact_id"], 0), row["seq"])
    fresh = [each for each, own in zip(decisions, ids, strict=True) if own in new]
    await tell(session, digests, versions, fresh)
    return [
        Recorded(own, is_new=True) if own in new else Recorded(known[each.key], is_new=False)
        for each, own in zip(decisions, ids, strict=True)
    ]


async def consents_of(session: AsyncSession, contact_id: UUID) -> list[dict[str, Any]]:
    return [row for row in await standings_of(session, [contact_id]) if row["purpose"] != DO_NOT_CONTACT]


async def do_not_contact_of(session: AsyncSession, contact_id: UUID) -> list[dict[str, Any]]:
    return [row for row in await standings_of(session, [contact_id]) if row["purpose"] == DO_NOT_CONTACT]


async def _recorded(session: AsyncSession, contact_ids: Collection[UUID]) -> dict[tuple[Any, ...], UUID]:
    rows = await FIND.run(session, {"tenant_id": session.info["context"].tenant_id, "ids": list(contact_ids)})
    return {tuple(row.values())[1:]: row["id"] for row in rows}
