"""The rules applied to all who have orders: a thousand contacts a step."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.lifecycle.service import APPLY_RULES, apply_rules
from shared.messaging.jobs import Jobs
from shared.operations import Operation, run_operations

CHUNK = 1_000
NIL = str(UUID(int=0))
BUYERS = text("""
select distinct contact_id from contact_orders
where tenant_id = :tenant_id and counts and contact_id > :after order by contact_id limit :chunk
""")


def register(jobs: Jobs) -> None:
    run_operations(jobs, {APPLY_RULES: take_step})


async def take_step(session: AsyncSession, operation: Operation) -> None:
    after = UUID(operation.position.get("after", NIL))
    given = {"tenant_id": operation.tenant_id, "after": after, "chunk": CHUNK}
    ids = list(await session.scalars(BUYERS, given))
    moved = operation.position.get("moved", 0) + await apply_rules(session, ids)
    operation.done += len(ids)
    if len(ids) == CHUNK:
        operation.position = {"after": str(ids[-1]), "moved": moved}
    else:
        operation.succeed({"contacts": operation.done, "moved": moved})
