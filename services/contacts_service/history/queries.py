"""Reads of changes, for whichever record has them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import BigInteger, FromClause, String, bindparam, column, func, literal_column, select, true, union_all
from sqlalchemy.dialects.postgresql import JSONB, distinct_on

from contacts_service.history.models import RecordChange
from shared.db.codecs import Connection
from shared.query import Collection, Field, Kind, Query, Reader

CHANGES = RecordChange.__table__
NOTED = ("tenant_id", "record_id", "id", "version", "changed_at", "actor_id", "request_id", "changes")
_OF_RECORD = (CHANGES.c.tenant_id == bindparam("tenant_id"), CHANGES.c.record_id == bindparam("id"))
_MOMENT = bindparam("as_of", type_=CHANGES.c.changed_at.type)
_EACH = func.jsonb_each(CHANGES.c.changes).table_valued("key", column("value", JSONB), name="field")
WHAT_FOLLOWED = Query(
    select(_EACH.c.key, _EACH.c.value[0].label("was"))
    .select_from(CHANGES.join(_EACH, true()))
    .where(*_OF_RECORD, CHANGES.c.changed_at > _MOMENT)
    .ext(distinct_on(_EACH.c.key))
    .order_by(_EACH.c.key, CHANGES.c.id)
)
LAST_BEFORE = Query(
    select(CHANGES.c.version, CHANGES.c.changed_at)
    .where(*_OF_RECORD, CHANGES.c.changed_at <= _MOMENT)
    .order_by(CHANGES.c.changed_at.desc(), CHANGES.c.id.desc())
    .limit(1)
)


class Then(NamedTuple):
    """How a record differed: only the `fields` that changed since; no version where it had never changed before."""

    fields: dict[str, Any]
    version: int | None
    updated_at: str | None


def changes_of(record: FromClause) -> Collection:
    """Takes the parameter `record_id`. The record's creation is the first of its changes, with the id 0."""
    creation = select(
        record.c.tenant_id,
        record.c.id,
        literal_column("0::bigint", BigInteger),
        literal_column("1::bigint", BigInteger),
        record.c.created_at,
        record.c.created_by,
        literal_column("null", String),
        literal_column("'{}'::jsonb", JSONB),
    )
    noted = union_all(select(*(CHANGES.c[name] for name in NOTED)), creation).subquery("noted")
    fields = [
        Field("id", noted.c.id, Kind.INTEGER, sortable=True, nullable=False, filterable=False),
        Field("version", noted.c.version, Kind.INTEGER, filterable=False),
        Field("changed_at", noted.c.changed_at, Kind.INSTANT),
        Field("actor_id", noted.c.actor_id, Kind.UUID),
        Field("request_id", noted.c.request_id, Kind.TEXT, filterable=False),
        Field("changes", noted.c.changes, Kind.TEXT, filterable=False),
    ]
    where = [noted.c.record_id == bindparam("record_id")]
    return Collection("changes", noted, fields, where=where, default_sort="-id")


async def state_at(reader: Reader, connection: Connection, record_id: UUID, moment: datetime) -> Then:
    """What every field was before the first change that followed. `connection` is in the snapshot of the record."""
    asked: Mapping[str, Any] = {"id": record_id, "as_of": moment}
    followed = await reader.run(connection, WHAT_FOLLOWED, **asked)
    before = await reader.run(connection, LAST_BEFORE, **asked)
    fields = {row["key"]: plain(row["was"]) for row in followed}
    return Then(fields, *before[0]) if before else Then(fields, None, None)


def plain(value: Any) -> Any:
    """JSON that the reader hands through as text."""
    return orjson.loads(orjson.dumps(value))
