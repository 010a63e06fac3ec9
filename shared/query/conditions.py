"""How a question becomes SQL: comparisons of columns with parameters, by index where values stand in order."""

from collections.abc import Callable, Iterator, MutableSequence
from typing import Any

from sqlalchemy import ARRAY, Boolean, ColumnElement, any_, bindparam, false, func, not_, null, or_
from sqlalchemy.types import TypeEngine

from shared.query.filters import Field, Kind, Leaf, Node, Ordered


def condition(node: Node, names: Iterator[str], joined: MutableSequence[Ordered] | None = None) -> ColumnElement[bool]:
    """`joined` collects the ordered rows that the condition needs; without it, it needs none."""
    if isinstance(node, Leaf):
        name = next(names)
        if joined is not None and _is_joined(node, joined):
            return _in_order(node, name, joined)
        return _comparison(node.field, node.operator, name)
    parts = [condition(part, names, joined if node.operator == "and" else None) for part in node.parts]
    if node.operator == "not":
        return not_(func.coalesce(parts[0], false()))
    if node.operator == "or":
        return or_(*parts)
    joined_parts = parts[0]
    for part in parts[1:]:
        joined_parts = joined_parts & part
    return joined_parts


def demanded(node: Node | None, ordered: Ordered) -> bool:
    """Whether only rows with a value there meet the condition."""
    if isinstance(node, Leaf):
        return node.field.ordered is ordered and node.operator in ordered.operators
    return node is not None and node.operator == "and" and any(demanded(part, ordered) for part in node.parts)


def _is_joined(leaf: Leaf, joined: MutableSequence[Ordered]) -> bool:
    """Several conditions share one join, except on tags: each of them is a row."""
    ordered = leaf.field.ordered
    if ordered is None or leaf.operator not in ordered.operators:
        return False
    return leaf.field.kind is not Kind.TAGS or ordered not in joined


def _in_order(leaf: Leaf, name: str, joined: MutableSequence[Ordered]) -> ColumnElement[bool]:
    ordered = leaf.field.ordered
    assert ordered is not None
    if ordered not in joined:
        joined.append(ordered)
    found = _compared(ordered.value, leaf.operator, name, _item_type(leaf.field), ordered.reads)
    return found if ordered.exact else found & _comparison(leaf.field, leaf.operator, name)


def _comparison(field: Field, operator: str, name: str) -> ColumnElement[bool]:
    column = field.expression
    sql_type: TypeEngine[Any] = column.type
    if operator == "is_null":
        return column.is_(null()) == bindparam(name, type_=Boolean())
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
