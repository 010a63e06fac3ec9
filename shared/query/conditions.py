"""How a question becomes SQL: comparisons of columns with parameters, by index where values stand in order."""

from collections.abc import Callable, Collection, Iterator, Mapping, MutableSequence
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BindParameter,
    Boolean,
    ColumnElement,
    Integer,
    SmallInteger,
    String,
    Uuid,
    and_,
    any_,
    bindparam,
    false,
    func,
    literal,
    not_,
    null,
    or_,
    true,
)
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.sql.visitors import replacement_traverse
from sqlalchemy.types import TypeEngine

from shared.query.filters import Field, Kind, Leaf, Node, Ordered

Found = Mapping[Ordered, MutableSequence[ColumnElement[bool]]]
"""Rows that values stand in, with the conditions by which they are found."""
NOTHING: Found = MappingProxyType({})


def condition(node: Node, names: Iterator[str], found: Found = NOTHING) -> ColumnElement[bool]:
    """What is asked of the collection's own rows; what `found` can answer is added there instead."""
    if isinstance(node, Leaf):
        name = next(names)
        answers = found.get(node.field.ordered) if node.field.ordered is not None else None
        if answers is not None and _is_found(node, answers):
            return _by_order(node, name, answers)
        return _comparison(node.field, node.operator, name)
    parts = [condition(part, names, found if node.operator == "and" else NOTHING) for part in node.parts]
    if node.operator == "not":
        return not_(func.coalesce(parts[0], false()))
    if node.operator == "or":
        return or_(*parts)
    return and_(*parts)


def of_tenant(tenant_id: UUID, asked: ColumnElement[bool]) -> ColumnElement[bool]:
    """Bound to the tenant, for statements that write: a parameter of that name would be a column's value there."""
    tenant = literal(tenant_id, Uuid())

    def bound(element: Any, **_: Any) -> Any:
        return tenant if isinstance(element, BindParameter) and element.key == "tenant_id" else None

    return replacement_traverse(asked, {}, bound)


def demanded(node: Node | None, operators: Collection[str] | None = None) -> list[Ordered]:
    """The rows that values stand in of which all rows of the answer have one, found with one of the operators."""
    if isinstance(node, Leaf):
        ordered = node.field.ordered
        if ordered is None or node.operator not in ordered.operators.intersection(operators or ordered.operators):
            return []
        return [ordered]
    if node is None or node.operator != "and":
        return []
    return list(dict.fromkeys(each for part in node.parts for each in demanded(part, operators)))


def _is_found(leaf: Leaf, answers: MutableSequence[ColumnElement[bool]]) -> bool:
    """Several conditions find one row, except on tags: each of them is a row."""
    ordered = leaf.field.ordered
    assert ordered is not None
    return leaf.operator in ordered.operators and not (leaf.field.kind is Kind.TAGS and answers)


def _by_order(leaf: Leaf, name: str, answers: MutableSequence[ColumnElement[bool]]) -> ColumnElement[bool]:
    ordered = leaf.field.ordered
    assert ordered is not None
    answers.append(_compared(ordered.value, leaf.operator, name, _item_type(leaf.field), ordered.reads))
    return true() if ordered.exact else _comparison(leaf.field, leaf.operator, name)


def _comparison(field: Field, operator: str, name: str) -> ColumnElement[bool]:
    column = field.expression
    sql_type: TypeEngine[Any] = Integer() if isinstance(column.type, SmallInteger) else column.type  # as asked for
    if operator == "is_null":
        return column.is_(null()) == bindparam(name, type_=Boolean())
    if field.among is not None:
        return _among(field.among, column, operator, name)
    if field.lookup is not None:
        return field.lookup.holds(bindparam(name, type_=String()))
    if field.kind is Kind.TAGS:
        return bindparam(name, type_=_item_type(field)) == any_(column)
    if operator == "contains":
        return column.ilike(bindparam(name, type_=sql_type), escape="\\")
    if operator == "starts_with":
        return column.like(bindparam(name, type_=sql_type), escape="\\")
    return _compared(column, operator, name, sql_type)


def _compared(
    column: ColumnElement[Any],
    operator: str,
    name: str,
    sql_type: TypeEngine[Any],
    reads: Callable[[ColumnElement[Any]], ColumnElement[Any]] = lambda given: given,
) -> ColumnElement[bool]:
    if operator in ("in", "nin"):
        found = column == any_(reads(bindparam(name, type_=ARRAY(sql_type))))
        return found if operator == "in" else or_(not_(found), column.is_(null()))
    value = reads(bindparam(name, type_=sql_type))
    if operator == "ne":
        return column.is_distinct_from(value)
    return {
        "eq": column == value,
        "contains": column == value,  # of tags, a row each
        "gt": column > value,
        "gte": column >= value,
        "lt": column < value,
        "lte": column <= value,
    }[operator]


def _item_type(field: Field) -> TypeEngine[Any]:
    """Of one value: tags are arrays."""
    whole: TypeEngine[Any] = field.expression.type
    return whole.item_type if isinstance(whole, ARRAY) else whole


def _among(
    among: Callable[[ColumnElement[Any]], ColumnElement[bool]], column: ColumnElement[Any], operator: str, name: str
) -> ColumnElement[bool]:
    is_one = operator in ("eq", "ne")
    value = bindparam(name, type_=column.type if is_one else ARRAY(column.type))
    found = among(array([value]) if is_one else value)
    return found if operator in ("in", "eq") else or_(not_(found), column.is_(null()))
