"""Locks on what is not stored yet, so that no row can be locked."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

ALONE = text("select pg_advisory_xact_lock(hashtextextended(:name, 0))")


async def lock_name(session: AsyncSession, *parts: str) -> None:
    """Until this transaction ends, the tenant's others that lock the same name wait here."""
    name = "\x1f".join((str(session.info["context"].tenant_id), *parts))
    await session.execute(ALONE, {"name": name})
