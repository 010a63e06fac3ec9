"""Commands on one definition. All changes of a tenant's definitions of one record type come one after the other."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.fields.models import (
    MAX_FIELDS,
    MAX_INDEXED,
    CustomField,
    FieldArchived,
    FieldNotFound,
    IndexNeeded,
    IndexState,
    KeyTaken,
    TooManyFields,
    TooManyIndexes,
)
from contacts_service.fields.rules import check_change, check_new
from shared import operations
from shared.db.record import now
from shared.db.refusals import flush
from shared.db.statement import Statement
from shared.db.versions import check_version
from shared.errors import FieldError
from shared.operations import Operation

BUILD_INDEX, DROP_INDEX = "field_index", "field_index_drop"
READERS_GONE = timedelta(seconds=60)
"""Longer than any request takes that still relies on the rows of an index."""
NEW_STAMP = Statement("""
insert into field_stamps as known (tenant_id, record_type, version) values (:tenant_id, :record_type, 1)
on conflict (tenant_id, record_type) do update set version = known.version + 1
""")


async def create_field(session: AsyncSession, given: Mapping[str, Any]) -> CustomField:
    """Raises KeyTaken, TooManyFields, TooManyIndexes, InvalidField, IdTaken."""
    values = {name: value for name, value in given.items() if name not in ("indexed", "id")}
    field = CustomField(**values)
    if given.get("id") is not None:
        field.id = given["id"]
    field.default = check_new(field)
    await _stamp(session, field.record_type)
    await _refuse_taken(session, field)
    await _refuse_too_many(session, field.record_type)
    if given.get("indexed") or field.unique:  # no record can have a value yet
        await _refuse_too_many_indexes(session, field.record_type)
        field.index = IndexState.READY.value
    session.add(field)
    await flush(session)
    return field


async def update_field(
    session: AsyncSession,
    field_id: UUID,
    given: Mapping[str, Any],
    *,
    if_version: int | None = None,
) -> CustomField:
    """A merge patch; records keep the values that they have. Raises FieldNotFound, FieldArchived, VersionMismatch,
    InvalidField."""
    field = await _live(session, field_id)
    check_version(field.version, if_version)
    default = check_change(field, given)
    after = {**given, "default": default}
    changed = {name: value for name, value in after.items() if getattr(field, name) != value}
    if changed:
        await _stamp(session, field.record_type)
        for name, value in changed.items():
            setattr(field, name, value)
        await session.flush()
    return field


async def archive_field(session: AsyncSession, field_id: UUID, *, if_version: int | None = None) -> None:
    """Its values stay, and can be cleared. Raises FieldNotFound, FieldArchived, VersionMismatch."""
    field = await _live(session, field_id)
    check_version(field.version, if_version)
    await _stamp(session, field.record_type)
    field.deleted_at = now()
    await session.flush()


async def restore_field(session: AsyncSession, field_id: UUID) -> CustomField:
    """Does nothing to a live field. Raises FieldNotFound, TooManyFields."""
    field = await _locked(session, field_id)
    if field.deleted_at is not None:
        await _stamp(session, field.record_type)
        await _refuse_too_many(session, field.record_type)
        field.deleted_at = None
        await session.flush()
    return field


async def start_index(session: AsyncSession, field_id: UUID) -> Operation:
    """From the commit on, whoever writes a record writes its row of the index, too; the operation adds the rows of the
    records that are there. Raises FieldNotFound, FieldArchived, TooManyIndexes."""
    field = await _live(session, field_id)
    if field.index == IndexState.NONE:
        await _stamp(session, field.record_type)
        await _refuse_too_many_indexes(session, field.record_type)
        field.index = IndexState.BUILDING.value
        await session.flush()
    return await _start(session, BUILD_INDEX, field)


async def drop_index(session: AsyncSession, field_id: UUID) -> Operation:
    """The field can still be asked for and sorted by, slowly. Its rows go a minute later.

    Of an archived field, too. Raises FieldNotFound, IndexNeeded.
    """
    field = await _locked(session, field_id)
    if field.unique:
        raise IndexNeeded(f"{field.key} is unique, and its index is what keeps it so.")
    await end_index(session, field.id, IndexState.NONE)
    operation = await _start(session, DROP_INDEX, field)
    operation.run_at = now() + READERS_GONE
    await session.flush()
    return operation


async def end_index(session: AsyncSession, field_id: UUID, state: IndexState) -> CustomField:
    """READY once all rows are there. Raises FieldNotFound."""
    field = await _locked(session, field_id)
    await _stamp(session, field.record_type)
    field.index = state.value
    await session.flush()
    return field


async def _start(session: AsyncSession, kind: str, field: CustomField) -> Operation:
    return await operations.start(session, kind, {"field_id": str(field.id), "record_type": field.record_type})


async def _stamp(session: AsyncSession, record_type: str) -> None:
    """Waits for all who write records by what they know, and lets in nobody else before the end."""
    await NEW_STAMP.run(session, {"tenant_id": _tenant(session), "record_type": record_type})


async def _refuse_taken(session: AsyncSession, field: CustomField) -> None:
    query = select(CustomField.id, CustomField.deleted_at).where(
        CustomField.tenant_id == _tenant(session),
        CustomField.record_type == field.record_type,
        CustomField.key == field.key,
    )
    taken = (await session.execute(query)).first()
    if taken is None:
        return
    archived = taken.deleted_at is not None
    cure = f"Restore it: POST /v1/fields/{taken.id}/restore" if archived else "Use that one"
    detail = f"A field {field.key} {'was archived' if archived else 'exists'}. {cure}, or choose another key."
    raise KeyTaken(detail, errors=[FieldError("field_key_taken", detail, pointer="/key")], field_id=str(taken.id))


async def _refuse_too_many(session: AsyncSession, record_type: str) -> None:
    if await _count(session, record_type, CustomField.deleted_at.is_(None)) >= MAX_FIELDS:
        raise TooManyFields(f"{MAX_FIELDS} fields are possible. Archive one that is not in use.", limit=MAX_FIELDS)


async def _refuse_too_many_indexes(session: AsyncSession, record_type: str) -> None:
    if await _count(session, record_type, CustomField.index != IndexState.NONE.value) >= MAX_INDEXED:
        cure = "Remove the index of one: DELETE /v1/fields/{id}/index."
        detail = f"{MAX_INDEXED} fields can be indexed or unique. {cure}"
        raise TooManyIndexes(detail, limit=MAX_INDEXED)


async def _count(session: AsyncSession, record_type: str, condition: Any) -> int:
    query = select(func.count()).where(
        CustomField.tenant_id == _tenant(session), CustomField.record_type == record_type, condition
    )
    with session.no_autoflush:
        count: int = (await session.scalars(query)).one()
    return count


async def _live(session: AsyncSession, field_id: UUID) -> CustomField:
    field = await _locked(session, field_id)
    if field.deleted_at is not None:
        raise FieldArchived(f"Field {field_id} is archived. Restore it first: POST /v1/fields/{field_id}/restore.")
    return field


async def _locked(session: AsyncSession, field_id: UUID) -> CustomField:
    query = select(CustomField).where(CustomField.tenant_id == _tenant(session), CustomField.id == field_id)
    field = await session.scalar(query.with_for_update(), execution_options={"populate_existing": True})
    if field is None:
        raise FieldNotFound(f"There is no field {field_id}.")
    return field


def _tenant(session: AsyncSession) -> UUID:
    tenant_id: UUID = session.info["context"].tenant_id
    return tenant_id
