"""What a process knows of a tenant's fields.

It is right at its last look; who writes compares the stamp in the statement that writes (`writing.py`), who reads asks
whether it has changed (`load`). A tenant that nothing is known of is taken to have no fields.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import Text, bindparam, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.fields.models import CustomField, FieldStamp, IndexState, RecordType, ValueType
from shared.query import Query, Reader

MAX_KNOWN = 500
FIELDS = CustomField.__table__
STAMPS = FieldStamp.__table__
KEPT = (
    "id", "key", "value_type", "labels", "required", "is_unique", "default_value", "options", "limits", "currency",
    "target", "index_state",
)  # fmt: skip


class Option(NamedTuple):
    key: str
    labels: Mapping[str, str]
    retired: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    id: UUID
    key: str
    value_type: ValueType
    labels: Mapping[str, str]
    required: bool = False
    unique: bool = False
    default: Any = None
    options: Mapping[str, Option] = field(default_factory=dict)
    limits: Mapping[str, Any] = field(default_factory=dict)
    currency: str | None = None
    target: str | None = None
    index: IndexState = IndexState.NONE
    archived: bool = False


class Definitions:
    """All fields of a tenant and record type, archived ones included, at one stamp."""

    __slots__ = ("by_key", "starting", "stored", "version")

    def __init__(self, version: int, fields: list[Definition]) -> None:
        self.version = version
        self.by_key = {each.key: each for each in fields}
        self.starting = [each for each in fields if not each.archived and (each.required or each.default is not None)]
        """What every new record has."""
        self.stored = [each for each in fields if each.index is not IndexState.NONE]


NO_FIELDS = Definitions(0, [])
_known: dict[tuple[UUID, str], Definitions] = {}

_STAMP = func.coalesce(
    select(STAMPS.c.version)
    .where(STAMPS.c.tenant_id == bindparam("tenant_id"), STAMPS.c.record_type == bindparam("record_type"))
    .scalar_subquery(),
    0,
)
_DEFINITIONS = (
    select(
        func.jsonb_agg(
            func.jsonb_build_object(
                *(part for name in KEPT for part in (bindparam(None, name, Text), FIELDS.c[name])),
                bindparam(None, "archived", Text),
                FIELDS.c.deleted_at.is_not(None),
            )
        ).cast(Text)
    )
    .where(FIELDS.c.tenant_id == bindparam("tenant_id"), FIELDS.c.record_type == bindparam("record_type"))
    .scalar_subquery()
)
LOAD = select(
    _STAMP.label("version"), case((bindparam("known") != _STAMP, func.coalesce(_DEFINITIONS, "[]"))).label("fields")
)
READ = Query(LOAD)


def known(tenant_id: UUID, record_type: RecordType) -> Definitions:
    return _known.get((tenant_id, record_type), NO_FIELDS)


async def load(session: AsyncSession, record_type: RecordType) -> Definitions:
    """As they are now."""
    tenant_id: UUID = session.info["context"].tenant_id
    before = known(tenant_id, record_type)
    given = {"tenant_id": tenant_id, "record_type": record_type.value, "known": before.version}
    with session.no_autoflush:
        row = (await session.execute(LOAD, given)).one()
    return _remember(tenant_id, record_type, before, row.version, row.fields)


async def read(reader: Reader, record_type: RecordType) -> Definitions:
    """As they are now."""
    before = known(reader.tenant_id, record_type)
    row = await reader.one_or_none(READ, record_type=record_type.value, known=before.version)
    assert row is not None
    return _remember(reader.tenant_id, record_type, before, row["version"], row["fields"])


def _remember(
    tenant_id: UUID, record_type: RecordType, before: Definitions, version: int, fields: str | None
) -> Definitions:
    if fields is None:
        return before
    found = Definitions(version, [_definition(each) for each in orjson.loads(fields)])
    while len(_known) >= MAX_KNOWN:
        del _known[next(iter(_known))]
    _known[tenant_id, record_type] = found
    return found


def _definition(row: dict[str, Any]) -> Definition:
    return Definition(
        id=UUID(row["id"]),
        key=row["key"],
        value_type=ValueType(row["value_type"]),
        labels=row["labels"],
        required=row["required"],
        unique=row["is_unique"],
        default=row["default_value"],
        options={each["key"]: Option(each["key"], each["labels"], each["retired"]) for each in row["options"]},
        limits=row["limits"],
        currency=row["currency"],
        target=row["target"],
        index=IndexState(row["index_state"]),
        archived=row["archived"],
    )
