"""Lists by keyset: any filter, any allowed sort, cost independent of the page's number."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    and_,
    bindparam,
    false,
    func,
    literal,
    or_,
    select,
    tuple_,
)

from shared.errors import FieldError, UnprocessableError
from shared.query.cursor import Cursors
from shared.query.expansion import NOTHING, Expansions, expand, keys_of
from shared.query.filters import Field, Node, condition, shape_of, values_of
from shared.query.reader import Query, Reader

DEFAULT_LIMIT = 50
MAX_LIMIT = 200
MAX_SORTS = 5
TOTAL_CAP = 10_000


class InvalidSort(UnprocessableError):
    code = "invalid_sort"


class UnknownField(UnprocessableError):
    code = "unknown_field"


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

    def with_extra(self, **extra: Any) -> "ListRequest":
        return replace(self, extra={**self.extra, **extra})


@dataclass(frozen=True, slots=True)
class Page:
    data: list[dict[str, Any]]
    next_cursor: str | None
    total: dict[str, Any] | None = None


Sort = tuple[tuple[str, bool], ...]


class Collection:
    """What can be listed of one table: its fields, its standing conditions, its order.

    `hidden` fields are for sorting only: a key that orders better than the value shown.
    `source` has the columns `tenant_id` and `id`. Compiled statements are kept per shape of question, at most 512.
    """

    def __init__(
        self,
        name: str,
        source: FromClause,
        fields: Sequence[Field],
        *,
        where: Sequence[ColumnElement[bool]] = (),
        default_sort: str = "-created_at",
        hidden: Sequence[Field] = (),
        expansions: Expansions = NOTHING,
    ) -> None:
        self.name = name
        self.fields = {each.name: each for each in fields}
        self._readable = tuple(each.name for each in fields if each.readable)
        self._sorts = self.fields | {each.name: each for each in hidden}
        self._sortable = frozenset(each.name for each in self._sorts.values() if each.sortable)
        self.default_sort = default_sort
        self.expansions = expansions
        self._source = source
        self._where = tuple(where)
        self._statement = lru_cache(maxsize=512)(self._compile)
        self._total = lru_cache(maxsize=128)(self._compile_total)

    async def page(
        self,
        reader: Reader,
        cursors: Cursors,
        request: ListRequest,
        *,
        where: Mapping[str, ColumnElement[bool]] = {},
    ) -> Page:
        """One page; `where` are further conditions by a name that stands for their text.

        Raises InvalidSort, UnknownField, UnknownExpansion, BadCursor, CursorMismatch, CursorExpired.
        """
        sort = self.read_sort(request.sort)
        names = self.read_fields(request.fields)
        if request.expand is not None:
            names = tuple(dict.fromkeys((*names, *keys_of(self.expansions, request.expand))))
        values = list(values_of(request.filter)) if request.filter else []
        shape = shape_of(request.filter) if request.filter else None
        question = [self.name, shape, values, sort, dict(request.extra)]
        after = cursors.open(reader.tenant_id, question, request.cursor) if request.cursor else None
        nulls = tuple(value is None for value in after) if after else None
        conditions = _Conditions(request.filter, shape, dict(where))
        given = {f"f{index}": value for index, value in enumerate(values)} | dict(request.extra)
        keys = {f"k{index}": value for index, value in enumerate(after or ()) if value is not None}
        query = self._statement(names, sort, nulls, conditions)
        given |= {**keys, "limit": request.limit + 1}
        if not request.include_total:
            rows, total = await reader.rows(query, **given), None
        else:
            async with reader.transaction() as connection:
                rows = await reader.run(connection, query, **given)
                total = _total(await reader.run(connection, self._total(conditions), **given))
        data = [dict(zip(names, row, strict=False)) for row in rows[: request.limit]]  # hidden keys stay behind
        cursor = None
        if len(rows) > request.limit:
            last = rows[request.limit - 1]
            cursor = cursors.seal(reader.tenant_id, question, [last[label] for label in self._labels(names, sort)])
        await expand(reader, self.expansions, request.expand, data)
        return Page(data, cursor, total)

    def read_sort(self, text: str | None) -> Sort:
        """`-updated_at,name` as pairs of name and descending. Raises InvalidSort."""
        parts = (text or self.default_sort).split(",")
        sort = tuple((part.lstrip("-"), part.startswith("-")) for part in parts)
        if len(sort) > MAX_SORTS or any(name not in self._sortable for name, _ in sort):
            known = ", ".join(sorted(self._sortable))
            detail = f"Sort by at most {MAX_SORTS} of: {known}; a leading - turns the order round."
            raise InvalidSort(detail, errors=[FieldError("invalid_sort", detail, parameter="sort")])
        return sort

    def read_fields(self, text: str | None) -> tuple[str, ...]:
        """The named fields, `id` always among them; all without a name. Raises UnknownField."""
        if text is None:
            return self._readable
        wanted = dict.fromkeys(("id", *text.split(",")))
        unknown = [name for name in wanted if name not in self._readable]
        if unknown:
            detail = f"Unknown field {unknown[0]!r}. Known: {', '.join(sorted(self._readable))}."
            raise UnknownField(detail, errors=[FieldError("unknown_field", detail, parameter="fields")])
        return tuple(wanted)

    def _compile(
        self,
        names: tuple[str, ...],
        sort: Sort,
        nulls: tuple[bool, ...] | None,
        conditions: "_Conditions",
    ) -> Query:
        keys = self._keys(sort)
        columns = [self.fields[name].expression.label(name) for name in names]
        labels = self._labels(names, sort)
        hidden = [
            key.expression.label(label) for (key, _), label in zip(keys, labels, strict=True) if label not in names
        ]
        statement = select(*columns, *hidden).where(*self._base(conditions))
        if nulls is not None:
            statement = statement.where(_after(keys, nulls))
        for key, descending in keys:
            ordered = key.expression.desc() if descending else key.expression.asc()
            statement = statement.order_by(ordered.nulls_last() if key.nullable else ordered)
        return Query(statement.limit(bindparam("limit")))

    def _compile_total(self, conditions: "_Conditions") -> Query:
        counted = select(literal(1)).where(*self._base(conditions)).limit(TOTAL_CAP + 1).subquery()
        return Query(select(func.count()).select_from(counted))

    def _base(self, conditions: "_Conditions") -> Iterator[ColumnElement[bool]]:
        yield self._source.c.tenant_id == bindparam("tenant_id")
        yield from self._where
        yield from conditions.extra.values()
        if conditions.filter is not None:
            yield condition(conditions.filter, iter(f"f{index}" for index in range(100_000)))

    def _labels(self, names: tuple[str, ...], sort: Sort) -> list[str]:
        """Where a row has each of the sort's keys: under its own name, if it is shown as it sorts."""
        return [
            key.name if key.name in names and self.fields[key.name] is key else f"_k{index}"
            for index, (key, _) in enumerate(self._keys(sort))
        ]

    def _keys(self, sort: Sort) -> list[tuple[Field, bool]]:
        last = (self.fields["id"], sort[0][1])
        return [(self._sorts[name], descending) for name, descending in sort] + [last]


@dataclass(frozen=True, slots=True)
class _Conditions:
    """Compared and hashed by shape, so that questions which differ only in values share a statement."""

    filter: Node | None = field(compare=False)
    shape: Any
    extra: dict[str, ColumnElement[bool]] = field(compare=False)
    names: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", tuple(self.extra))


def _after(keys: Sequence[tuple[Field, bool]], nulls: Sequence[bool]) -> ColumnElement[bool]:
    values = [bindparam(f"k{index}", type_=key.expression.type) for index, (key, _) in enumerate(keys)]
    if len({descending for _, descending in keys}) == 1 and not any(key.nullable for key, _ in keys):
        columns = tuple_(*(key.expression for key, _ in keys))
        return columns < tuple_(*values) if keys[0][1] else columns > tuple_(*values)
    alternatives = []
    same: list[ColumnElement[bool]] = []
    for (key, descending), value, is_null in zip(keys, values, nulls, strict=True):
        column = key.expression
        alternatives.append(and_(*same, _beyond(column, value, descending, key.nullable, is_null)))
        same.append(column.is_(None) if is_null else column == value)
    return or_(*alternatives)


def _beyond(
    column: ColumnElement[Any],
    value: ColumnElement[Any],
    descending: bool,
    nullable: bool,
    is_null: bool,
) -> ColumnElement[bool]:
    if is_null:
        return false()
    beyond = column < value if descending else column > value
    return or_(beyond, column.is_(None)) if nullable else beyond


def _total(rows: Sequence[Any]) -> dict[str, Any]:
    count = rows[0][0]
    return {
        "value": min(count, TOTAL_CAP),
        "relation": "gte" if count > TOTAL_CAP else "eq",
    }
