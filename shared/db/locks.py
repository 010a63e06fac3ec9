"""Locks: on records, and on what is not stored yet, so that no row can be locked."""

import re
from typing import TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.record import Record
from shared.errors import ConflictError, GoneError, NotFoundError

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


async def lock_live(
    session: AsyncSession, model: type[R], record_id: UUID, missing: type[NotFoundError], deleted: type[GoneError]
) -> R:
    """Locked until this transaction ends. Raises `missing`, `deleted`."""
    record = await lock_record(session, model, record_id)
    name = re.sub(r"(?<!^)(?=[A-Z])", " ", model.__name__).lower()
    if record is None:
        raise missing(f"There is no {name} {record_id}.")
    if record.deleted_at is not None:
        raise deleted(f"The {name} {record_id} was deleted. Make a new one.")
    return record


async def refuse_more(
    session: AsyncSession, model: type[Record], most: int, too_many: type[ConflictError], *where: ColumnElement[bool]
) -> None:
    """Raises `too_many` if as many live ones of `where` exist. Others that ask wait until this transaction ends."""
    await lock_name(session, model.__tablename__)
    tenant_id = session.info["context"].tenant_id
    counted = select(func.count()).where(model.tenant_id == tenant_id, model.deleted_at.is_(None), *where)
    if (await session.scalar(counted) or 0) >= most:
        raise too_many(f"There are {most} {model.__tablename__.replace('_', ' ')} already. Delete one first.")
