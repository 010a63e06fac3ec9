"""Filters over HTTP: one declared query parameter for each field and operator, or a search tree."""

from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, create_model
from pydantic import Field as PydanticField

from shared.errors import FieldError, UnprocessableError
from shared.query import Collection, Field, ListRequest
from shared.query.filters import (
    OPERATORS,
    PYTHON,
    Branch,
    Kind,
    Leaf,
    Node,
    invalid,
    read_value,
)
from shared.query.listing import DEFAULT_LIMIT, MAX_LIMIT
from shared.web.types import Flag, WriteModel, examples

MAX_LEAVES = 50
MAX_TREE_DEPTH = 5
MAX_NODES = MAX_LEAVES * MAX_TREE_DEPTH

Limit = Annotated[int, PydanticField(ge=1, le=MAX_LIMIT, description="Rows a page.")]
Sorting = Annotated[
    str | None,
    PydanticField(
        max_length=200,
        description="`-updated_at,full_name`: a - turns the order round.",
    ),
]
Selection = Annotated[
    str | None,
    PydanticField(max_length=1000, description="Only these fields, separated by commas."),
]
Expand = Annotated[
    str | None,
    PydanticField(max_length=200, description="What to show in full, beside its id: `company,company.parent`."),
]
CursorText = Annotated[
    str | None,
    PydanticField(max_length=4000, description="`next_cursor` of the page before."),
]
Words = Annotated[str | None, PydanticField(max_length=200, description="Words or parts of words, in Thai or English.")]
Total = PydanticField(description="Adds `total`, counted up to 10,000.")


class ListParams(BaseModel):
    """The parameters that every list takes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    limit: Limit = DEFAULT_LIMIT
    cursor: CursorText = None
    sort: Sorting = None
    fields: Selection = None
    include_total: Annotated[bool, Total] = False


class WordsParams(ListParams):
    """Those of a list that also searches."""

    q: Words = None


Params = TypeVar("Params", bound=ListParams)


def list_params(name: str, collection: Collection, base: type[Params]) -> type[Params]:
    """A model for `Annotated[..., Query()]` with `field` and `field[operator]` for each filterable field."""
    definitions: dict[str, Any] = {}
    for each in collection.fields.values():
        if each.filterable:
            definitions.update(_definitions(each))
    if collection.expansions:
        definitions["expand"] = (Expand, None)
    return create_model(name, __base__=base, **definitions)


def _definitions(field: Field) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for operator in OPERATORS[field.kind]:
        alias = f"{field.name}[{operator}]"
        made[f"f_{field.name}__{operator}"] = (
            _annotation(field, operator),
            PydanticField(None, alias=alias),
        )
    if "eq" in OPERATORS[field.kind]:
        made[f"f_{field.name}"] = (
            _annotation(field, "eq"),
            PydanticField(None, alias=field.name),
        )
    return made


def _annotation(field: Field, operator: str) -> Any:
    if operator == "is_null":
        return bool | None
    if operator in ("in", "nin"):
        return Annotated[
            str | None,
            PydanticField(max_length=8000, description="Values separated by commas."),
        ]
    return PYTHON[field.kind] | None


def list_request(collection: Collection, params: ListParams, **extra: Any) -> ListRequest:
    """Raises InvalidFilter."""
    leaves = []
    for name in sorted(params.model_fields_set):
        if name.startswith("f_") and getattr(params, name) is not None:
            field_name, _, operator = name[2:].partition("__")
            field, operator = collection.fields[field_name], operator or "eq"
            where = FieldError("invalid_filter", "", parameter=type(params).model_fields[name].alias)
            leaves.append(
                Leaf(
                    field,
                    operator,
                    read_value(field, operator, getattr(params, name), where),
                )
            )
    tree = Branch("and", tuple(leaves)) if leaves else None
    return ListRequest(
        tree,
        params.sort,
        params.limit,
        params.cursor,
        params.fields,
        params.include_total,
        getattr(params, "expand", None),
        extra,
    )


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


Condition = Comparison | All | Either | Not


class TooManyConditions(ValueError):
    code = "too_large"


def _bounded(tree: Any) -> Any:
    """Counts before anything is validated: a wrong tree brings several errors a node, each with its own copy."""
    level, seen = [tree], 0
    while level:
        seen += len(level)
        if seen > MAX_NODES:
            raise TooManyConditions(f"A search takes at most {MAX_LEAVES} comparisons in {MAX_TREE_DEPTH} levels.")
        parts = [
            each[name] for each in level if isinstance(each, dict) for name in ("and", "or", "not") if name in each
        ]
        level = [each for part in parts for each in (part if isinstance(part, list) else [part])]
    return tree


Tree = Annotated[Condition | None, BeforeValidator(_bounded)]


class SearchBody(WriteModel):
    """`POST …/search`: a tree of at most 5 levels and 50 comparisons."""

    model_config = examples(
        {"filter": {"field": "tags", "op": "contains", "value": "ลูกค้าประจำ"}, "sort": "-updated_at", "limit": 20},
        {"filter": {"and": [{"field": "tags", "op": "contains", "value": "VIP"}]}, "include_total": True},
    )

    filter: Tree = None
    q: Words = None
    sort: Sorting = None
    limit: Limit = DEFAULT_LIMIT
    cursor: CursorText = None
    fields: Selection = None
    include_total: Annotated[Flag, Total] = False
    expand: Expand = None


def search_request(collection: Collection, body: SearchBody, **extra: Any) -> ListRequest:
    """Raises InvalidFilter, or UnprocessableError for a tree that is too deep or too wide."""
    tree = _node(collection, body.filter, "/filter", 1) if body.filter is not None else None
    if tree is not None and _leaves(tree) > MAX_LEAVES:
        raise _too_large(f"A search takes at most {MAX_LEAVES} comparisons.")
    return ListRequest(tree, body.sort, body.limit, body.cursor, body.fields, body.include_total, body.expand, extra)


def _node(collection: Collection, given: Condition, pointer: str, depth: int) -> Node:
    if depth > MAX_TREE_DEPTH:
        raise _too_large(f"A search tree has at most {MAX_TREE_DEPTH} levels.")
    if isinstance(given, Comparison):
        return _leaf(collection, given, pointer)
    if isinstance(given, Not):
        return Branch("not", (_node(collection, given.not_, f"{pointer}/not", depth + 1),))
    operator, parts = ("and", given.and_) if isinstance(given, All) else ("or", given.or_)
    nodes = (_node(collection, part, f"{pointer}/{operator}/{index}", depth + 1) for index, part in enumerate(parts))
    return Branch(operator, tuple(nodes))


def _leaf(collection: Collection, given: Comparison, pointer: str) -> Leaf:
    field = collection.fields.get(given.field)
    if field is None or not field.filterable:
        known = ", ".join(sorted(each.name for each in collection.fields.values() if each.filterable))
        raise invalid(
            FieldError("", "", pointer=f"{pointer}/field"),
            f"Unknown field {given.field!r}. Known: {known}.",
        )
    where = FieldError("", "", pointer=f"{pointer}/value")
    if given.value is None:
        raise invalid(where, "A comparison with null is written with the operator is_null.")
    return Leaf(field, given.op, read_value(field, given.op, given.value, where))


def _leaves(node: Node) -> int:
    return 1 if isinstance(node, Leaf) else sum(_leaves(part) for part in node.parts)


def _too_large(detail: str) -> UnprocessableError:
    return UnprocessableError(detail, errors=[FieldError("too_large", detail, pointer="/filter")])


__all__ = [
    "Kind",
    "ListParams",
    "SearchBody",
    "list_params",
    "list_request",
    "search_request",
]
