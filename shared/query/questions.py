"""What lists are asked, and what they answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from shared.errors import UnprocessableError
from shared.query.filters import Field, Node

DEFAULT_LIMIT = 50
MAX_LIMIT = 200
MAX_SORTS = 5
TOTAL_CAP = 10_000


class InvalidSort(UnprocessableError):
    code = "invalid_sort"


class UnknownField(UnprocessableError):
    code = "unknown_field"


@dataclass(frozen=True, slots=True)
class More:
    """Fields that only this tenant has, by name, to filter and to sort by, and the parameters that their SQL needs."""

    fields: Mapping[str, Field] = field(default_factory=dict)
    sorts: Mapping[str, Field] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)


NO_MORE = More()


@dataclass(frozen=True, slots=True)
class ListRequest:
    """`extra` are parameters of the collection's own conditions, by name; they belong to the question."""

    filter: Node | None = None
    sort: str | None = None
    limit: int = DEFAULT_LIMIT
    cursor: str | None = None
    fields: str | None = None
    include_total: bool = False
    expand: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    more: More = NO_MORE

    def with_extra(self, **extra: Any) -> "ListRequest":
        return replace(self, extra={**self.extra, **extra})


@dataclass(frozen=True, slots=True)
class Page:
    data: list[dict[str, Any]]
    next_cursor: str | None
    total: dict[str, Any] | None = None


Sort = tuple[tuple[Field, bool], ...]
"""By what, and whether descending."""
