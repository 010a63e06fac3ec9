"""Locks: on records, and on what is not stored yet, so that no row can be locked."""

from typing import TypeVar
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.record import Record

R = TypeVar("R", bound=Record)

ALONE = text("select pg_advisory_xact_lock(hashtextextended(:name, 0))")


async def lock_name(session: AsyncSession, *parts: str) -> None:
    """Until this transaction ends, the tenant's others that lock the same name wait here."""
    name = "\x1f".join((str(session.info["context"].tenant_id), *parts))
    await session.execute(ALONE, {"name": name})


async def lock_record(session: AsyncSession, model: type[R], record_id: UUID) -> R | None:
    """The tenant's record as it is now, deleted ones too, locked until this transaction ends."""
    tenant_id = session.info["context"].tenant_id
    query = select(model).where(model.tenant_id == tenant_id, model.id == record_id).with_for_update()
    found: R | None = await session.scalar(query, execution_options={"populate_existing": True})
    return found
