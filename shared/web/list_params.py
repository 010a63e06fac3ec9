"""The query parameters of lists: those that all take, and one for each field and operator."""

from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, create_model
from pydantic import Field as PydanticField

from shared.query import Collection, Field
from shared.query.filters import OPERATORS, PYTHON
from shared.query.listing import DEFAULT_LIMIT, MAX_LIMIT

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


class OpenWordsParams(WordsParams):
    """Of a list with fields that only its tenant has: the route lets in names that begin as they do."""

    model_config = ConfigDict(extra="allow", frozen=True)


class OpenParams(ListParams):
    """As OpenWordsParams, of a list that does not search."""

    model_config = ConfigDict(extra="allow", frozen=True)


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
