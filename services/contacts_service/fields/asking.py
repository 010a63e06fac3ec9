"""Custom fields in lists: as fields of a collection that only this tenant has.

Keys and ids are parameters, so that the statements are the same for all tenants, whatever they call their fields.
"""

from collections.abc import Callable, Collection, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Date,
    DateTime,
    Double,
    String,
    Text,
    Uuid,
    bindparam,
    cast,
    extract,
    func,
    select,
)
from sqlalchemy.types import TypeEngine

from contacts_service.database import Base
from contacts_service.fields.definitions import Definition, read
from contacts_service.fields.giving import NAME
from contacts_service.fields.models import TABLES, CustomFieldValue, IndexState, RecordType, ValueType
from shared.query import Field, Kind, More, Reader
from shared.query.filters import Ordered
from shared.query.listing import NO_MORE

PREFIX = f"{NAME}."
VALUES = CustomFieldValue.__table__
EQUAL = frozenset(("eq", "in"))
COMPARED = EQUAL | {"gt", "gte", "lt", "lte"}


def _itself(given: ColumnElement[Any]) -> ColumnElement[Any]:
    return given


def _epoch(given: ColumnElement[Any]) -> ColumnElement[Any]:
    return cast(extract("epoch", given), Double)


def _as_text(given: ColumnElement[Any]) -> ColumnElement[Any]:
    return cast(given, ARRAY(Text) if isinstance(given.type, ARRAY) else Text)


class _Way(NamedTuple):
    """How a type is asked for: its kind, its SQL type, and how its rows of the index are compared."""

    kind: Kind
    sql: TypeEngine[Any]
    column: str = "text"
    operators: frozenset[str] = EQUAL
    reads: Callable[[ColumnElement[Any]], ColumnElement[Any]] = _itself
    exact: bool = True


_LINE = _Way(Kind.TEXT, String(), operators=frozenset(("eq",)), reads=func.sort_text, exact=False)
_NUMBER = _Way(Kind.NUMBER, Double(), "number", COMPARED)
WAYS: Mapping[ValueType, _Way] = {
    ValueType.TEXT: _LINE,
    ValueType.URL: _LINE,
    ValueType.EMAIL: _LINE,
    ValueType.PHONE: _Way(Kind.TEXT, String()),
    ValueType.CHOICE: _Way(Kind.TEXT, String()),
    ValueType.CHOICES: _Way(Kind.TAGS, ARRAY(String), operators=frozenset(("contains",))),
    ValueType.NUMBER: _NUMBER,
    ValueType.MONEY: _NUMBER,
    ValueType.DATE: _Way(Kind.DAY, Date(), "number", COMPARED - {"in"}, _epoch),
    ValueType.INSTANT: _Way(Kind.INSTANT, DateTime(timezone=True), "number", COMPARED - {"in"}, _epoch),
    ValueType.BOOLEAN: _Way(Kind.BOOLEAN, Boolean(), operators=frozenset(("eq",)), reads=_as_text),
    ValueType.REFERENCE: _Way(Kind.UUID, Uuid(), reads=_as_text),
}
UNSORTED = frozenset((ValueType.CHOICES, ValueType.REFERENCE))


async def asked(reader: Reader, record_type: RecordType, names: Collection[str]) -> More:
    """The custom fields among the names that a question has; all if one is unknown: the list tells what is known."""
    if not names:
        return NO_MORE
    keys = {name.removeprefix(PREFIX) for name in names if name.startswith(PREFIX)}
    if not keys:
        return NO_MORE
    known = {key: each for key, each in (await read(reader, record_type)).by_key.items() if not each.archived}
    fields: dict[str, Field] = {}
    sorts: dict[str, Field] = {}
    parameters: dict[str, Any] = {}
    for slot, key in enumerate(sorted(keys if keys <= known.keys() else known)):
        parameters |= {f"c{slot}_key": key, f"c{slot}_id": str(known[key].id)}
        fields[PREFIX + key], order = _fields(record_type, slot, known[key])
        if known[key].value_type not in UNSORTED:
            sorts[PREFIX + key] = order
    return More(fields, sorts, parameters)


def _fields(record_type: RecordType, slot: int, definition: Definition) -> tuple[Field, Field]:
    """To filter by, and to sort by: texts sort as `sort_text` has them."""
    value_type, indexed = definition.value_type, definition.index is IndexState.READY
    way, name = WAYS[value_type], PREFIX + definition.key
    expression = _expression(record_type, slot, value_type)
    order = func.sort_text(expression, type_=Text()) if way.column == "text" and way.kind is Kind.TEXT else expression
    ordered = _ordered(slot, value_type) if indexed else None
    shape = (slot, value_type.value, indexed)
    return (
        Field(name, expression, way.kind, shape=shape, ordered=ordered),
        Field(name, order, way.kind, sortable=True, shape=(*shape, "order"), ordered=ordered),
    )


@lru_cache(maxsize=512)
def _expression(record_type: RecordType, slot: int, value_type: ValueType) -> ColumnElement[Any]:
    """What the record itself holds: read row by row."""
    document = Base.metadata.tables[TABLES[record_type]].c.custom_fields
    key = bindparam(f"c{slot}_key", type_=Text())
    if value_type is ValueType.CHOICES:
        item = func.jsonb_array_elements_text(func.jsonb_extract_path(document, key)).table_valued("value")
        return func.coalesce(select(func.array_agg(item.c.value)).scalar_subquery(), type_=ARRAY(String))
    path = (key, "amount") if value_type is ValueType.MONEY else (key,)
    return cast(func.jsonb_extract_path_text(document, *path, type_=Text()), WAYS[value_type].sql)


@lru_cache(maxsize=512)
def _ordered(slot: int, value_type: ValueType) -> Ordered:
    """The rows of the index: no column is compared with a function that row-level security would keep from it."""
    rows = VALUES.alias(f"c{slot}")
    way = WAYS[value_type]
    where = (
        rows.c.tenant_id == bindparam("tenant_id"),
        rows.c.field_id == bindparam(f"c{slot}_id", type_=Uuid()),
        rows.c[way.column].is_not(None),
    )
    same = {"created_at": rows.c.created_at, "id": rows.c.record_id}
    return Ordered(rows, where, rows.c[way.column], way.operators, same, way.reads, way.exact)
