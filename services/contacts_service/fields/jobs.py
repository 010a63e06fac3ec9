"""The steps in which the rows of an index are written, for the records that were there before it."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.fields.definitions import Definition, load
from contacts_service.fields.models import TABLES, IndexState, RecordType
from contacts_service.fields.service import BUILD_INDEX, DROP_INDEX, end_index
from contacts_service.fields.storing import VALUES, stored_fields
from shared.db.statement import Statement
from shared.messaging.jobs import Jobs
from shared.operations import Operation, run_operations

STEP_RECORDS = 1_000
"""A record that a step has in hand cannot be changed before the step's end, some tens of milliseconds."""
FIRST = UUID(int=0)
TAKE = {
    each: Statement(
        f"select id from {table} where tenant_id = :tenant_id and id > :after and deleted_at is null"  # noqa: S608 - our own names
        f" order by id limit {STEP_RECORDS} for share"
    )
    for each, table in TABLES.items()
}
ADD = {
    each: Statement(
        VALUES.format(
            records=f"(select * from {table} where tenant_id = :tenant_id and id = any(cast(:ids as uuid[]))) record"  # noqa: S608 - our own names
        )
    )
    for each, table in TABLES.items()
}
FORGET = Statement("""
delete from custom_field_values
where tenant_id = :tenant_id and field_id = :field_id and record_id = any(cast(:ids as uuid[]))
""")
DROP = Statement(f"""
with gone as (
  (select record_id, position from custom_field_values
   where tenant_id = :tenant_id and field_id = :field_id and number is not null limit {STEP_RECORDS})
  union all
  (select record_id, position from custom_field_values
   where tenant_id = :tenant_id and field_id = :field_id and text is not null limit {STEP_RECORDS})
)
delete from custom_field_values value using gone
where value.tenant_id = :tenant_id and value.field_id = :field_id
  and value.record_id = gone.record_id and value.position = gone.position
returning value.record_id
""")  # noqa: S608 - our own number


def register(jobs: Jobs) -> None:
    run_operations(jobs, {BUILD_INDEX: _build, DROP_INDEX: _drop})


async def _build(session: AsyncSession, operation: Operation) -> None:
    record_type, field = await _field(session, operation)
    if field.index is not IndexState.BUILDING:
        return _succeed(operation)
    given: dict[str, Any] = {"tenant_id": operation.tenant_id, "field_id": field.id}
    after = UUID(operation.position.get("id", str(FIRST)))
    ids = [row["id"] for row in await TAKE[record_type].run(session, {**given, "after": after})]
    if ids:
        await FORGET.run(session, {**given, "ids": ids})
        await ADD[record_type].run(session, {**given, "ids": ids, "fields": stored_fields([field])})
        operation.position = {"id": str(ids[-1])}
        operation.done += len(ids)
    if len(ids) < STEP_RECORDS:
        await end_index(session, field.id, IndexState.READY)
        _succeed(operation)


async def _drop(session: AsyncSession, operation: Operation) -> None:
    """Begins when no reader can still rely on the rows. If the field was indexed anew, that operation takes over."""
    _, field = await _field(session, operation)
    if field.index is not IndexState.NONE:
        return _succeed(operation)
    gone = await DROP.run(session, {"tenant_id": operation.tenant_id, "field_id": field.id})
    operation.done += len(gone)
    if len(gone) < STEP_RECORDS:
        _succeed(operation)


async def _field(session: AsyncSession, operation: Operation) -> tuple[RecordType, Definition]:
    field_id = UUID(operation.input["field_id"])
    record_type = RecordType(operation.input["record_type"])
    definitions = await load(session, record_type)
    return record_type, next(each for each in definitions.by_key.values() if each.id == field_id)


def _succeed(operation: Operation) -> None:
    operation.succeed({"field_id": operation.input["field_id"], "records": operation.done})
