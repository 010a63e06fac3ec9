"""`POST …/search`: a tree of conditions in the body."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BeforeValidator, Discriminator, Tag
from pydantic import Field as PydanticField

from shared.errors import FieldError, UnprocessableError
from shared.query import Collection, ListRequest, More
from shared.query.filters import Branch, InvalidFilter, Leaf, Node, invalid, read_value
from shared.query.listing import DEFAULT_LIMIT, NO_MORE
from shared.web.list_params import CursorText, Expand, Limit, Selection, Sorting, Total, Words
from shared.web.types import JSON_INTEGER, Flag, WriteModel, examples

MAX_LEAVES = 50
MAX_TREE_DEPTH = 5
MAX_NODES = MAX_LEAVES * MAX_TREE_DEPTH


class Comparison(WriteModel):
    """One leaf of a search tree."""

    field: Annotated[str, PydanticField(max_length=100)]
    op: Literal[
        "eq",
        "ne",
        "in",
        "nin",
        "gt",
        "gte",
        "lt",
        "lte",
        "contains",
        "starts_with",
        "is_null",
    ]
    value: Any


class All(WriteModel):
    and_: Annotated[
        list["Condition"],
        PydanticField(alias="and", min_length=1, max_length=MAX_LEAVES),
    ]


class Either(WriteModel):
    or_: Annotated[
        list["Condition"],
        PydanticField(alias="or", min_length=1, max_length=MAX_LEAVES),
    ]


class Not(WriteModel):
    not_: Annotated["Condition", PydanticField(alias="not")]


def _kind(given: Any) -> str | None:
    if isinstance(given, WriteModel):
        return type(given).__name__
    if not isinstance(given, dict):
        return None
    return next((kind.__name__ for name, kind in CONNECTIVES.items() if name in given), Comparison.__name__)


CONNECTIVES: Mapping[str, type[WriteModel]] = {"and": All, "or": Either, "not": Not}
Condition = Annotated[
    Annotated[Comparison, Tag("Comparison")]
    | Annotated[All, Tag("All")]
    | Annotated[Either, Tag("Either")]
    | Annotated[Not, Tag("Not")],
    Discriminator(
        _kind,
        custom_error_type="condition_type",
        custom_error_message="Write an object: a comparison with field, op and value, or one of and, or, not.",
    ),
]

for connective in CONNECTIVES.values():
    connective.model_rebuild()


class TooManyConditions(ValueError):
    code = "too_large"


def bounded(tree: Any) -> Any:
    """Counts before anything is validated: a wrong tree brings several errors a node, each with its own copy."""
    level, seen = [tree], 0
    while level:
        seen += len(level)
        if seen > MAX_NODES:
            raise TooManyConditions(f"A search takes at most {MAX_LEAVES} comparisons in {MAX_TREE_DEPTH} levels.")
        parts = [each[name] for each in level if isinstance(each, dict) for name in CONNECTIVES if name in each]
        level = [each for part in parts for each in (part if isinstance(part, list) else [part])]
    return tree


Tree = Annotated[Condition | None, BeforeValidator(bounded)]


class SearchBody(WriteModel):
    """`POST …/search`: a tree of at most 5 levels and 50 comparisons."""

    model_config = examples(
        {"filter": {"field": "tags", "op": "contains", "value": "ลูกค้าประจำ"}, "sort": "-updated_at", "limit": 20},
        {"filter": {"and": [{"field": "tags", "op": "contains", "value": "VIP"}]}, "include_total": True},
    )

    filter: Tree = None
    q: Words = None
    sort: Sorting = None
    limit: Annotated[Limit, JSON_INTEGER] = DEFAULT_LIMIT
    cursor: CursorText = None
    fields: Selection = None
    include_total: Annotated[Flag, Total] = False
    expand: Expand = None


def search_request(collection: Collection, body: SearchBody, more: More = NO_MORE, **extra: Any) -> ListRequest:
    """Raises InvalidFilter, or UnprocessableError for a tree that is too deep or too wide."""
    tree = _node(_Known(collection, more), body.filter, "/filter", 1) if body.filter is not None else None
    if tree is not None and _leaves(tree) > MAX_LEAVES:
        raise _too_large(f"A search takes at most {MAX_LEAVES} comparisons.")
    return ListRequest(
        tree, body.sort, body.limit, body.cursor, body.fields, body.include_total, body.expand, extra, more
    )


class _Known(NamedTuple):
    collection: Collection
    more: More


def _node(known: _Known, given: Condition, pointer: str, depth: int) -> Node:
    if depth > MAX_TREE_DEPTH:
        raise _too_large(f"A search tree has at most {MAX_TREE_DEPTH} levels.")
    if isinstance(given, Comparison):
        return _leaf(known, given, pointer)
    if isinstance(given, Not):
        return Branch("not", (_node(known, given.not_, f"{pointer}/not", depth + 1),))
    operator, parts = ("and", given.and_) if isinstance(given, All) else ("or", given.or_)
    nodes = (_node(known, part, f"{pointer}/{operator}/{index}", depth + 1) for index, part in enumerate(parts))
    return Branch(operator, tuple(nodes))


def _leaf(known: _Known, given: Comparison, pointer: str) -> Leaf:
    field = known.collection.fields.get(given.field) or known.more.fields.get(given.field)
    if field is None or not field.filterable:
        raise unknown_field(*known, given.field, FieldError("", "", pointer=f"{pointer}/field"))
    where = FieldError("", "", pointer=f"{pointer}/value")
    if given.value is None:
        raise invalid(where, "A comparison with null is written with the operator is_null.")
    return Leaf(field, given.op, read_value(field, given.op, given.value, where))


def unknown_field(collection: Collection, more: More, name: str, where: FieldError) -> InvalidFilter:
    fields = {**collection.fields, **more.fields}
    known = ", ".join(sorted(each.name for each in fields.values() if each.filterable))
    return invalid(where, f"Unknown field {name[:100]!r}. Known: {known}.")


def comparisons(given: Condition) -> Iterator[Comparison]:
    if isinstance(given, Comparison):
        yield given
    elif isinstance(given, Not):
        yield from comparisons(given.not_)
    else:
        for part in given.and_ if isinstance(given, All) else given.or_:
            yield from comparisons(part)


def _leaves(node: Node) -> int:
    return 1 if isinstance(node, Leaf) else sum(_leaves(part) for part in node.parts)


def _too_large(detail: str) -> UnprocessableError:
    return UnprocessableError(detail, errors=[FieldError("too_large", detail, pointer="/filter")])
