"""A policy's change reaches its assets: the first ones in the request, the others in steps that a job takes."""

from uuid import UUID

from sqlalchemy import ColumnElement, delete
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.service_due.recomputing import APPLIES, recompute
from contacts_service.service_policies.models import PolicySpread
from shared.db.statement import Statement

STEP = 1_000
START = UUID(int=0)
# Those for which it counts now, and those for which it did.
NEXT = Statement(f"""
select a.id from assets a join service_policies p on p.tenant_id = :tenant_id and p.id = :policy_id
where a.tenant_id = :tenant_id and a.id > :after and a.deleted_at is null and ({APPLIES}
  or exists (select from service_dues d where d.tenant_id = :tenant_id and d.asset_id = a.id and d.policy_id = p.id))
order by a.id limit {STEP}
""")  # noqa: S608 - our own names


async def begin(session: AsyncSession, policy_id: UUID) -> None:
    """Flush the policy first. What an earlier change of it had not reached yet is reached by this one."""
    tenant_id = session.info["context"].tenant_id
    last = await _step(session, tenant_id, policy_id, START)
    await session.execute(delete(PolicySpread).where(*_of(tenant_id, policy_id)))
    if last is not None:
        session.add(PolicySpread(tenant_id=tenant_id, policy_id=policy_id, after=last))
        await session.flush()


async def go_on(session: AsyncSession, spread: PolicySpread) -> None:
    """One step. `spread` is claimed."""
    last = await _step(session, spread.tenant_id, spread.policy_id, spread.after)
    if last is None:
        await session.delete(spread)
    else:
        spread.after = last


async def _step(session: AsyncSession, tenant_id: UUID, policy_id: UUID, after: UUID) -> UUID | None:
    """The last asset that it reached, if there may be more."""
    found = await NEXT.run(session, {"tenant_id": tenant_id, "policy_id": policy_id, "after": after})
    ids = [row["id"] for row in found]
    await recompute(session, ids)
    return ids[-1] if len(ids) == STEP else None


def _of(tenant_id: UUID, policy_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return (PolicySpread.tenant_id == tenant_id, PolicySpread.policy_id == policy_id)
