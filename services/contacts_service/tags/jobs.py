"""A tag renamed, merged or deleted, contact by contact: a thousand a step."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.contacts.bulk import load_contacts, update_contacts
from contacts_service.contacts.tag_names import replaced_tag
from contacts_service.tags.service import RETAG
from shared.messaging.jobs import Jobs
from shared.operations import Operation, run_operations

CHUNK = 1_000
NIL = str(UUID(int=0))
HOLDERS = text("""
select contact_id from contact_keys
where tenant_id = :tenant_id and kind = 'tag' and value = :key and contact_id > :after order by contact_id limit :chunk
""")
COUNT = text("select count(*) from contact_keys where tenant_id = :tenant_id and kind = 'tag' and value = :key")
# A tag that was written meanwhile may have been registered anew; unless someone has it by now, it goes.
FORGET = text("""
update tags set deleted_at = now(), version = version + 1, updated_at = now()
where tenant_id = :tenant_id and key = :key and deleted_at is null and owner_id is null
and not exists (select from contact_keys where tenant_id = :tenant_id and kind = 'tag' and value = :key)
""")


def register(jobs: Jobs) -> None:
    run_operations(jobs, {RETAG: take_step})


async def take_step(session: AsyncSession, operation: Operation) -> None:
    key, name = operation.input["key"], operation.input["name"]
    given = {"tenant_id": operation.tenant_id, "key": key}
    if operation.total is None:
        operation.total = await session.scalar(COUNT, given)
    after = UUID(operation.position.get("after", NIL))
    ids = list(await session.scalars(HOLDERS, {**given, "after": after, "chunk": CHUNK}))
    await _retag(session, operation.tenant_id, ids, key, name)
    operation.done += len(ids)
    if len(ids) == CHUNK:
        operation.position = {"after": str(ids[-1])}
        return
    await session.execute(FORGET, given)
    operation.succeed({"contacts": operation.done})


async def _retag(session: AsyncSession, tenant_id: UUID, ids: list[UUID], key: str, name: str | None) -> None:
    found = await load_contacts(session, tenant_id, ids, lock=True)
    changes = [(contact, contact.change({"tags": replaced_tag(contact.tags, key, name)})) for contact in found.values()]
    if changes := [(contact, changed) for contact, changed in changes if changed and contact.deleted_at is None]:
        await update_contacts(session, changes)
