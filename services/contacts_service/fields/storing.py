"""Keeps the rows in which values stand in order in step with the records, and what a process knows with the stamp."""

from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.fields.definitions import Definition, Definitions, known, load
from contacts_service.fields.giving import NAME, pointer
from contacts_service.fields.models import RecordType, ValueTaken
from shared.db.bulk import document
from shared.db.statement import Statement
from shared.errors import FieldError, Outdated


class HasFields(Protocol):
    """A contact or a company."""

    id: Any
    created_at: Any
    custom_fields: Any


# For share: a definition cannot change before the writer's end, so that who builds an index misses no record.
STAMP = """
coalesce((select version from field_stamps
  where tenant_id = :tenant_id and record_type = '{record_type}' for share), 0)
"""
STAMP_OF = {each: STAMP.format(record_type=each.value) for each in RecordType}
STAMPS = {each: Statement(f"select {stamp} as fields") for each, stamp in STAMP_OF.items()}
VALUES = """
insert into custom_field_values (tenant_id, record_id, field_id, position, created_at, number, text, unique_key)
select :tenant_id, record.id, field.id, element.position - 1, record.created_at,
  cast(case field.value_type
    when 'number' then element.value #>> '{{}}'
    when 'money' then element.value ->> 'amount'
    when 'date' then extract(epoch from cast(element.value #>> '{{}}' as date))::text
    when 'instant' then extract(epoch from cast(element.value #>> '{{}}' as timestamptz))::text
  end as double precision),
  case when field.value_type not in ('number', 'money', 'date', 'instant') then sort_text(element.value #>> '{{}}') end,
  case when field.is_unique then element.value #>> '{{}}' end
from {records}
cross join jsonb_to_recordset(cast(:fields as jsonb)) as field (id uuid, key text, value_type text, is_unique boolean)
cross join lateral jsonb_array_elements(case field.value_type
  when 'choices' then record.custom_fields -> field.key else jsonb_build_array(record.custom_fields -> field.key) end)
  with ordinality as element (value, position)
where jsonb_exists(record.custom_fields, field.key)
on conflict (tenant_id, field_id, unique_key) where unique_key is not null do nothing
"""
GIVEN = "jsonb_to_recordset(cast(:rows as jsonb)) as record (id uuid, created_at timestamptz, custom_fields jsonb)"
ADD = Statement(f"{VALUES.format(records=GIVEN)} returning record_id, field_id")
REMOVE = Statement(
    "delete from custom_field_values where tenant_id = :tenant_id and record_id = any(cast(:ids as uuid[]))"
)


async def check_stamp(session: AsyncSession, record_type: RecordType, stamp: int) -> Definitions:
    """What is known, if the statement that wrote saw it so. Raises Outdated: the transaction is to be begun anew."""
    definitions = known(session.info["context"].tenant_id, record_type)
    if definitions.version != stamp:
        await load(session, record_type)
        raise Outdated
    return definitions


async def up_to_date(session: AsyncSession, record_type: RecordType) -> Definitions:
    """As `check_stamp`, for writers whose own statement does not tell the stamp."""
    rows = await STAMPS[record_type].run(session, {"tenant_id": session.info["context"].tenant_id})
    return await check_stamp(session, record_type, rows[0]["fields"])


async def add_values(session: AsyncSession, definitions: Definitions, records: Iterable[HasFields]) -> None:
    """Of records that have no rows. Raises ValueTaken: the unique index decides."""
    if not definitions.stored:
        return
    rows = [{"id": each.id, "created_at": each.created_at, NAME: each.custom_fields} for each in records]
    rows = [row for row in rows if row[NAME]]
    if rows:
        tenant_id = session.info["context"].tenant_id
        given = {"tenant_id": tenant_id, "rows": document(rows), "fields": stored_fields(definitions.stored)}
        added = {(row["record_id"], row["field_id"]) for row in await ADD.run(session, given)}
        _refuse_taken(definitions, rows, added)


async def add_values_again(
    session: AsyncSession, definitions: Definitions, changes: Sequence[tuple[HasFields, Sequence[str]]]
) -> None:
    """Of records that changed, with the names of their fields. Raises ValueTaken."""
    names = {f"{NAME}.{each.key}" for each in definitions.stored}
    records = [record for record, changed in changes if not names.isdisjoint(changed)]
    if records:
        await remove_values(session, [record.id for record in records])
        await add_values(session, definitions, records)


async def remove_values(session: AsyncSession, ids: Sequence[UUID]) -> None:
    await REMOVE.run(session, {"tenant_id": session.info["context"].tenant_id, "ids": ids})


def stored_fields(fields: Sequence[Definition]) -> str:
    """As VALUES takes them."""
    return document(
        [{"id": each.id, "key": each.key, "value_type": each.value_type, "is_unique": each.unique} for each in fields]
    )


def _refuse_taken(definitions: Definitions, rows: Sequence[Mapping[str, Any]], added: Set[tuple[UUID, UUID]]) -> None:
    """What the unique index has kept out. The database itself does not tell: of a table with row-level security, its
    errors name no values."""
    for field in definitions.stored:
        if field.unique and any(field.key in row[NAME] and (row["id"], field.id) not in added for row in rows):
            cure = "Change that record, or give another value."
            detail = f"Another record has this value in {field.key}, which is unique. {cure}"
            raise ValueTaken(detail, errors=[FieldError("value_taken", detail, pointer=pointer(field.key))])
