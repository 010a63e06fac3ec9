"""Who is on a list, changed by a thousand contacts at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.lists.events import MOST_IDS, ListMembersChanged
from shared.db.sight import seen_ids
from shared.messaging.outbox import stage_many

ADD = text("""
insert into list_members (tenant_id, list_id, contact_id, added_by)
select tenant_id, :list_id, id, :actor_id from contacts
where tenant_id = :tenant_id and id = any(cast(:ids as uuid[])) and deleted_at is null
order by id
on conflict do nothing
returning contact_id
""")
REMOVE = text("""
delete from list_members where tenant_id = :tenant_id and list_id = :list_id and contact_id = any(cast(:ids as uuid[]))
returning contact_id
""")
UNKNOWN = text("""
select id from unnest(cast(:ids as uuid[])) with ordinality as asked (id, number) where not exists (
  select from contacts c where c.tenant_id = :tenant_id and c.id = asked.id and c.deleted_at is null)
order by number
""")


@dataclass(frozen=True, slots=True)
class Changed:
    added: list[UUID] = field(default_factory=list)
    removed: list[UUID] = field(default_factory=list)


async def change_members(
    session: AsyncSession, list_id: UUID, *, add: Sequence[UUID] = (), remove: Sequence[UUID] = ()
) -> Changed:
    """Who is there already, or never was, is left alone; so is whoever is no live contact that the viewer sees."""
    context = session.info["context"]
    seen = await seen_ids(session, "contacts", [*add, *remove])
    add, remove = [each for each in add if each in seen], [each for each in remove if each in seen]
    given = {"tenant_id": context.tenant_id, "list_id": list_id}
    removed = list(await session.scalars(REMOVE, {**given, "ids": list(remove)})) if remove else []
    added = []
    if add:
        wanted = {**given, "actor_id": context.actor_id, "ids": list(add)}
        added = list(await session.scalars(ADD, wanted))
    changed = Changed(added, removed)
    await tell_members(session, list_id, changed)
    return changed


async def tell_members(session: AsyncSession, list_id: UUID, changed: Changed) -> None:
    await stage_many(session, _facts(list_id, changed))


def _facts(list_id: UUID, changed: Changed) -> Iterator[ListMembersChanged]:
    for start in range(0, len(changed.removed), MOST_IDS):
        yield ListMembersChanged(list_id=list_id, added=[], removed=changed.removed[start : start + MOST_IDS])
    for start in range(0, len(changed.added), MOST_IDS):
        yield ListMembersChanged(list_id=list_id, added=changed.added[start : start + MOST_IDS], removed=[])


async def unknown_contacts(session: AsyncSession, ids: Sequence[UUID]) -> list[UUID]:
    """Those of `ids` that are no live contact's that the viewer sees."""
    seen = await seen_ids(session, "contacts", ids)
    given = {"tenant_id": session.info["context"].tenant_id, "ids": list(ids)}
    unknown = {*await session.scalars(UNKNOWN, given)}
    return [each for each in ids if each in unknown or each not in seen]
