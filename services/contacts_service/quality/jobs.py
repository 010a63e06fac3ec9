"""What has become old is scored again, and everything when the rules change: a thousand contacts a step."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.quality.models import ContactQuality
from contacts_service.quality.service import RESCORE, score_contacts
from shared.db.record import now as current_time
from shared.messaging.jobs import Jobs
from shared.operations import Operation, run_operations

CHUNK = 1_000
NIL = str(UUID(int=0))
DUE = text("""
select contact_id from contact_quality where tenant_id = :tenant_id and due_at <= :now
order by due_at limit :chunk for update skip locked
""")
NEXT = text("""
select id from contacts where tenant_id = :tenant_id and deleted_at is null and id > :after order by id limit :chunk
""")


def register(jobs: Jobs) -> None:
    run_operations(jobs, {RESCORE: take_step})
    due = select(ContactQuality.tenant_id).where(ContactQuality.due_at <= func.now())

    @jobs.every(seconds=60, due=due)
    async def score_what_ages(session: AsyncSession, now: datetime) -> int:
        given = {"tenant_id": session.info["context"].tenant_id, "now": now, "chunk": CHUNK}
        ids = sorted(await session.scalars(DUE, given))
        await score_contacts(session, ids, now)
        return len(ids)


async def take_step(session: AsyncSession, operation: Operation) -> None:
    after = UUID(operation.position.get("after", NIL))
    ids = list(await session.scalars(NEXT, {"tenant_id": operation.tenant_id, "after": after, "chunk": CHUNK}))
    await score_contacts(session, ids, current_time())
    operation.done += len(ids)
    if len(ids) == CHUNK:
        operation.position = {"after": str(ids[-1])}
    else:
        operation.succeed({"contacts": operation.done})
