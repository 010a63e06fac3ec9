"""Lists by keyset: any filter, any allowed sort, cost independent of the page's number."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, FromClause, Select, bindparam, func, literal, null, select

from shared.errors import FieldError, UnprocessableError
from shared.query.conditions import condition, demanded
from shared.query.cursor import Cursors
from shared.query.expansion import NOTHING, Expansions, expand, keys_of
from shared.query.filters import Field, Node, Ordered, shape_of, values_of
from shared.query.keyset import Key, beyond
from shared.query.reader import Query, Reader, Row

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


class Part(NamedTuple):
    """One of the two halves of a list in the order of rows that stand beside the collection: first those with a value,
    then the others. A list in another order is whole."""

    with_value: bool
    without: bool


WHOLE, WITH_VALUE, WITHOUT = Part(False, False), Part(True, False), Part(False, True)


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
        sorts = self.fields | {each.name: each for each in hidden}
        self._sortable = {each.name: each for each in sorts.values() if each.sortable}
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
        sort = self.read_sort(request.sort, request.more)
        names = self.read_fields(request.fields)
        if request.expand is not None:
            names = tuple(dict.fromkeys((*names, *keys_of(self.expansions, request.expand))))
        values = list(values_of(request.filter)) if request.filter else []
        shape = shape_of(request.filter) if request.filter else None
        order = [(each.name, descending) for each, descending in sort]
        extra = {**request.extra, **request.more.parameters}
        question = [self.name, shape, values, order, extra]
        after = cursors.open(reader.tenant_id, question, request.cursor) if request.cursor else None
        conditions = _Conditions(request.filter, shape, dict(where))
        asked = _Asked(names, sort, conditions, {f"f{i}": value for i, value in enumerate(values)} | extra)
        if not request.include_total:
            rows, total = await self._rows(reader.rows, asked, after, request.limit + 1), None
        else:
            async with reader.transaction() as connection:

                async def run(query: Query, **given: Any) -> Sequence[Row]:
                    return await reader.run(connection, query, **given)

                rows = await self._rows(run, asked, after, request.limit + 1)
                total = _total(await run(self._total(conditions), **asked.given))
        data = [dict(zip(names, row, strict=False)) for row in rows[: request.limit]]  # hidden keys stay behind
        cursor = None
        if len(rows) > request.limit:
            last = rows[request.limit - 1]
            cursor = cursors.seal(reader.tenant_id, question, [last[label] for label in self._labels(names, sort)])
        await expand(reader, self.expansions, request.expand, data)
        return Page(data, cursor, total)

    async def _rows(self, run: "_Run", asked: "_Asked", after: Sequence[Any] | None, wanted: int) -> Sequence[Row]:
        """Of each part of the list in turn, until there are as many as are wanted."""
        rows: list[Row] = []
        for part in _parts(asked, after):
            nulls = tuple(value is None for value in after) if after else None
            keys = {f"k{index}": value for index, value in enumerate(after or ()) if value is not None}
            query = self._statement(asked.names, asked.sort, nulls, asked.conditions, part)
            rows += await run(query, **asked.given, **keys, limit=wanted - len(rows))
            if len(rows) >= wanted:
                break
            after = None
        return rows

    def read_sort(self, text: str | None, more: More = NO_MORE) -> Sort:
        """`-updated_at,name` as pairs of field and descending. Raises InvalidSort."""
        parts = (text or self.default_sort).split(",")
        known = {**self._sortable, **more.sorts} if more.sorts else self._sortable
        if len(parts) > MAX_SORTS or any(part.lstrip("-") not in known for part in parts):
            detail = f"Sort by at most {MAX_SORTS} of: {', '.join(sorted(known))}; a leading - turns the order round."
            raise InvalidSort(detail, errors=[FieldError("invalid_sort", detail, parameter="sort")])
        return tuple((known[part.lstrip("-")], part.startswith("-")) for part in parts)

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
        part: Part = WHOLE,
    ) -> Query:
        first = sort[0][0].ordered
        joined = [first] if part.with_value and first is not None else []
        where = [*self._base(conditions, joined)]
        keys = self._keys(sort, part, joined)
        labels = self._labels(names, sort)
        columns = [self.fields[name].expression.label(name) for name in names]
        hidden = [key.shown.label(label) for key, label in zip(keys, labels, strict=True) if label not in names]
        if part.without:
            where.append(sort[0][0].expression.is_(None))
        if nulls is not None:
            where.append(beyond(keys, nulls))
        statement = self._from(select(*columns, *hidden), joined).where(*where)
        statement = statement.order_by(*(key.in_order() for key in keys if not key.is_null))
        return Query(statement.limit(bindparam("limit")))

    def _compile_total(self, conditions: "_Conditions") -> Query:
        joined: list[Ordered] = []
        where = [*self._base(conditions, joined)]
        counted = self._from(select(literal(1)), joined).where(*where).limit(TOTAL_CAP + 1).subquery()
        return Query(select(func.count()).select_from(counted))

    def _from(self, statement: Select[Any], joined: Sequence[Ordered]) -> Select[Any]:
        source = self._source
        for ordered in joined:
            source = source.join(ordered.source, ordered.on)
        return statement.select_from(source)

    def _base(self, conditions: "_Conditions", joined: list[Ordered]) -> Iterator[ColumnElement[bool]]:
        """`joined` grows by the ordered rows that the conditions need."""
        yield self._source.c.tenant_id == bindparam("tenant_id")
        yield from self._where
        yield from conditions.extra.values()
        if conditions.filter is not None:
            yield condition(conditions.filter, iter(f"f{index}" for index in range(100_000)), joined)

    def _labels(self, names: tuple[str, ...], sort: Sort) -> list[str]:
        """Where a row has each of the sort's keys: under its own name, if it is shown as it sorts."""
        return [
            key.name if key.name in names and self.fields[key.name] is key else f"_k{index}"
            for index, (key, _) in enumerate(self._whole(sort))
        ]

    def _keys(self, sort: Sort, part: Part, joined: Sequence[Ordered]) -> list[Key]:
        """Of columns that joined rows repeat, theirs: in the order of their index."""
        same = joined[0].same if joined else {}
        keys = [
            Key(same.get(each.name, each.expression), descending, each.nullable)
            for each, descending in self._whole(sort)
        ]
        first = sort[0][0].ordered
        if part.with_value and first is not None:
            keys[0] = Key(first.value, sort[0][1], nullable=False)
        elif part.without and first is not None:
            keys[0] = Key(null().cast(first.value.type), sort[0][1], nullable=True, is_null=True)
        return keys

    def _whole(self, sort: Sort) -> Sort:
        """Ties are broken by the id; among the values of ordered rows, as these are ordered."""
        ordered = sort[0][0].ordered
        ties = [*ordered.same] if ordered is not None and len(sort) == 1 else ["id"]
        return (*sort, *((self.fields[name], sort[0][1]) for name in ties))


def _parts(asked: "_Asked", after: Sequence[Any] | None) -> Sequence[Part]:
    ordered = asked.sort[0][0].ordered
    if ordered is None:
        return (WHOLE,)
    if demanded(asked.conditions.filter, ordered):
        return (WITH_VALUE,)
    return (WITHOUT,) if after and after[0] is None else (WITH_VALUE, WITHOUT)


@dataclass(frozen=True, slots=True)
class _Conditions:
    """Compared and hashed by shape, so that questions which differ only in values share a statement."""

    filter: Node | None = field(compare=False)
    shape: Any
    extra: dict[str, ColumnElement[bool]] = field(compare=False)
    names: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", tuple(self.extra))


class _Asked(NamedTuple):
    names: tuple[str, ...]
    sort: Sort
    conditions: _Conditions
    given: Mapping[str, Any]


_Run = Callable[..., Awaitable[Sequence[Row]]]


def _total(rows: Sequence[Any]) -> dict[str, Any]:
    count = rows[0][0]
    return {
        "value": min(count, TOTAL_CAP),
        "relation": "gte" if count > TOTAL_CAP else "eq",
    }
