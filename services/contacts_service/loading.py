"""One record, locked, for a command on it."""

from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db import Record
from shared.errors import GoneError, NotFoundError

R = TypeVar("R", bound=Record)


async def load_live(
    session: AsyncSession, model: type[R], record_id: UUID, missing: type[NotFoundError], deleted: type[GoneError]
) -> R:
    """Locked until the transaction ends. Raises `missing`, `deleted`."""
    tenant_id = session.info["context"].tenant_id
    query = select(model).where(model.tenant_id == tenant_id, model.id == record_id).with_for_update()
    record = await session.scalar(query, execution_options={"populate_existing": True})
    if record is None:
        raise missing(f"There is nothing with the id {record_id}.")
    if record.deleted_at is not None:
        raise deleted(f"{record_id} was deleted.")
    return record


def take_over(record: Record, given: Mapping[str, Any]) -> list[str]:
    """Sets what is given; returns the names of what changed, sorted."""
    changed = sorted(name for name, value in given.items() if getattr(record, name) != value)
    for name in changed:
        setattr(record, name, given[name])
    return changed
