"""Filters over HTTP: one declared query parameter for each field and operator, or a search tree."""

from typing import Any

from shared.errors import FieldError
from shared.query import Collection, Field, ListRequest, More
from shared.query.filters import Branch, Kind, Leaf, read_value
from shared.query.listing import NO_MORE
from shared.web.list_params import CursorText, Limit, ListParams, OpenParams, OpenWordsParams, WordsParams, list_params
from shared.web.search_trees import SearchBody, comparisons, search_request, unknown_field


def list_request(collection: Collection, params: ListParams, more: More = NO_MORE, **extra: Any) -> ListRequest:
    """Raises InvalidFilter."""
    leaves = []
    for name in sorted(params.model_fields_set):
        if name.startswith("f_") and getattr(params, name) is not None:
            field_name, _, operator = name[2:].partition("__")
            alias = type(params).model_fields[name].alias or name
            leaves.append(_simple_leaf(collection.fields[field_name], operator or "eq", getattr(params, name), alias))
    leaves += [_open_leaf(collection, more, name, raw) for name, raw in sorted((params.model_extra or {}).items())]
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
        more,
    )


def _simple_leaf(field: Field, operator: str, raw: Any, parameter: str) -> Leaf:
    where = FieldError("invalid_filter", "", parameter=parameter)
    return Leaf(field, operator, read_value(field, operator, raw, where))


def _open_leaf(collection: Collection, more: More, parameter: str, raw: str) -> Leaf:
    name, operator = _name_and_operator(parameter)
    field = more.fields.get(name)
    if field is None:
        raise unknown_field(collection, more, name, FieldError("", "", parameter=parameter))
    return _simple_leaf(field, operator, raw, parameter)


def _name_and_operator(parameter: str) -> tuple[str, str]:
    name, _, operator = parameter.partition("[")
    return name, operator.removesuffix("]") or "eq"


def names_in(asked: "ListParams | SearchBody") -> set[str]:
    """The fields that a question names, for whoever knows more of them than the collection."""
    if isinstance(asked, ListParams):
        if asked.sort is None and not asked.model_extra:
            return set()
        filtered = {_name_and_operator(parameter)[0] for parameter in asked.model_extra or ()}
    else:
        filtered = {leaf.field for leaf in comparisons(asked.filter)} if asked.filter is not None else set()
    return filtered | {part.lstrip("-") for part in (asked.sort or "").split(",")}


__all__ = [
    "CursorText",
    "Kind",
    "Limit",
    "ListParams",
    "OpenParams",
    "OpenWordsParams",
    "SearchBody",
    "WordsParams",
    "list_params",
    "list_request",
    "names_in",
    "search_request",
]
