"""Typed filters: which fields can be asked for with which operators, and how a question becomes SQL."""

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, BeforeValidator, StringConstraints, TypeAdapter, ValidationError
from pydantic import Field as PydanticField
from sqlalchemy import ColumnElement, FromClause

from shared.errors import FieldError, UnprocessableError
from shared.instants import as_text, day_as_text

MAX_IN = 200


class Kind(StrEnum):
    """What a field holds; decides its operators and how its values are read."""

    TEXT = "text"
    UUID = "uuid"
    INTEGER = "integer"
    NUMBER = "number"
    INSTANT = "instant"
    DAY = "day"
    BOOLEAN = "boolean"
    TAGS = "tags"


ShortText = Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\x00]*$")]
PYTHON: dict[Kind, Any] = {
    Kind.TEXT: ShortText,
    Kind.UUID: UUID,
    Kind.INTEGER: Annotated[int, PydanticField(ge=-(2**31), lt=2**31)],  # what the columns hold
    Kind.NUMBER: Decimal,
    Kind.INSTANT: Annotated[AwareDatetime, BeforeValidator(as_text)],
    Kind.DAY: Annotated[date, BeforeValidator(day_as_text)],
    Kind.BOOLEAN: bool,
    Kind.TAGS: ShortText,
}
READERS: dict[Kind, TypeAdapter[Any]] = {kind: TypeAdapter(python) for kind, python in PYTHON.items()}
EQUALITY = ("eq", "ne", "in", "nin", "is_null")
ORDER = ("gt", "gte", "lt", "lte")
OPERATORS: dict[Kind, tuple[str, ...]] = {
    Kind.TEXT: (*EQUALITY, "contains", "starts_with"),
    Kind.UUID: EQUALITY,
    Kind.INTEGER: (*EQUALITY, *ORDER),
    Kind.NUMBER: (*EQUALITY, *ORDER),
    Kind.INSTANT: (*EQUALITY, *ORDER),
    Kind.DAY: (*EQUALITY, *ORDER),
    Kind.BOOLEAN: ("eq", "is_null"),
    Kind.TAGS: ("contains", "is_null"),
}


@dataclass(frozen=True, slots=True)
class Lookup:
    """How rows that have a tag are found by an index: `fold` makes the key of a tag, `holds` the condition of a key."""

    fold: Callable[[str], str]
    holds: Callable[[ColumnElement[str]], ColumnElement[bool]]


@dataclass(frozen=True, slots=True, eq=False)
class Ordered:
    """Rows of their own, beside those of the collection, in which a field's values stand in order: one for each row
    that has a value, or one for each of its tags. `where` tells the field's from the others.

    Conditions with these `operators` find them. `reads` makes of a filter's value what `value` is compared with; if
    that loses something, `exact` is False and the field's own expression is compared as well. `same` are columns of the
    collection that these rows repeat, by name: those by which rows of one value are ordered, `id` the last of them.
    """

    source: FromClause
    where: tuple[ColumnElement[bool], ...]
    value: ColumnElement[Any]
    operators: frozenset[str]
    same: Mapping[str, ColumnElement[Any]]
    reads: Callable[[ColumnElement[Any]], ColumnElement[Any]] = lambda given: given
    exact: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """What can be asked of a row. `expression` is its SQL; rows show it if `readable`, a field can be sorted by if
    `sortable`, filtered if `filterable`. Tags without a `lookup` are looked for in each row, as they are written.
    `among` is for records that stand for others: it makes, of an array of the values asked for, the condition that
    finds the rows of all of them.

    `shape` stands for it where statements are kept: the name, unless fields of several tenants share their SQL.
    """

    name: str
    expression: ColumnElement[Any]
    kind: Kind
    sortable: bool = False
    filterable: bool = True
    nullable: bool = True
    readable: bool = True
    lookup: Lookup | None = None
    among: Callable[[ColumnElement[Any]], ColumnElement[bool]] | None = None
    shape: Hashable = None
    ordered: Ordered | None = None

    def __post_init__(self) -> None:
        if self.shape is None:
            object.__setattr__(self, "shape", self.name)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Field) and self.shape == other.shape

    def __hash__(self) -> int:
        return hash(self.shape)


class InvalidFilter(UnprocessableError):
    code = "invalid_filter"


@dataclass(frozen=True, slots=True)
class Leaf:
    """One comparison. `value` is already of the field's type; a list for `in` and `nin`, a bool for `is_null`."""

    field: Field
    operator: str
    value: Any


@dataclass(frozen=True, slots=True)
class Branch:
    """`and`, `or` of its parts; `not` of its one part."""

    operator: str
    parts: "tuple[Node, ...]"


Node = Leaf | Branch


def read_value(field: Field, operator: str, raw: Any, where: FieldError) -> Any:
    """Raises InvalidFilter, which names the place with the code and text that fit."""
    if operator not in OPERATORS[field.kind] or not field.filterable:
        known = ", ".join(OPERATORS[field.kind]) if field.filterable else "none"
        raise invalid(where, f"{field.name} has no operator {operator}. It knows: {known}.")
    if operator == "is_null":
        return _read(READERS[Kind.BOOLEAN], raw, field, where)
    if operator in ("in", "nin"):
        items = raw.split(",") if isinstance(raw, str) else raw
        if not isinstance(items, list) or not 1 <= len(items) <= MAX_IN:
            raise invalid(where, f"{field.name}[{operator}] takes 1 to {MAX_IN} values.")
        return [_read(READERS[field.kind], item, field, where) for item in items]
    return _read(READERS[field.kind], raw, field, where)


def _read(adapter: TypeAdapter[Any], raw: Any, field: Field, where: FieldError) -> Any:
    try:
        value = adapter.validate_python(raw)
    except ValidationError as error:
        raise invalid(
            where,
            f"{field.name} takes a {field.kind.value}: {error.errors()[0]['msg']}.",
        ) from error
    if isinstance(value, int) and not isinstance(value, bool) and not -(2**63) <= value < 2**63:
        raise invalid(where, f"{field.name} takes a 64-bit integer.")
    if isinstance(value, Decimal) and not value.is_finite():
        raise invalid(where, f"{field.name} takes a finite number.")
    return value


def invalid(where: FieldError, detail: str) -> InvalidFilter:
    error = FieldError("invalid_filter", detail, where.pointer, where.parameter, where.header)
    return InvalidFilter(detail, errors=[error])


def shape_of(node: Node) -> Any:
    """What of a question decides its SQL text; the values do not."""
    if isinstance(node, Leaf):
        return (node.field.shape, node.operator)
    return (node.operator, *(shape_of(part) for part in node.parts))


def values_of(node: Node) -> Iterator[Any]:
    """The values, in the order in which `condition` names their parameters."""
    if isinstance(node, Leaf):
        yield _for_sql(node)
    else:
        for part in node.parts:
            yield from values_of(part)


def _for_sql(leaf: Leaf) -> Any:
    value = leaf.value
    if leaf.operator == "contains" and leaf.field.lookup is not None:
        return leaf.field.lookup.fold(value)
    if leaf.operator in ("contains", "starts_with") and leaf.field.kind is Kind.TEXT:
        escaped = value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        return f"%{escaped}%" if leaf.operator == "contains" else f"{escaped}%"
    return value
