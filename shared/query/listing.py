"""Lists by keyset: any filter, any allowed sort, cost independent of the page's number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, FromClause, bindparam, func, literal, literal_column, null, select

from shared.errors import FieldError
from shared.query.conditions import Found, condition, demanded
from shared.query.cursor import Cursors
from shared.query.expansion import NOTHING, Expansions, expand, keys_of
from shared.query.filters import Field, Node, Ordered, shape_of, values_of
from shared.query.keyset import Key, beyond
from shared.query.questions import (
    DEFAULT_LIMIT,
    MAX_LIMIT,
    MAX_SORTS,
    NO_MORE,
    TOTAL_CAP,
    InvalidSort,
    ListRequest,
    More,
    Page,
    Sort,
    UnknownField,
)
from shared.query.reader import Query, Reader, Row
from shared.query.ways import EQUALITY, PLAIN, WHOLE, Rows, Run, Way, counts, narrowest, parameter_names, rows_of

__all__ = [
    "DEFAULT_LIMIT",
    "MAX_LIMIT",
    "NO_MORE",
    "Collection",
    "InvalidSort",
    "ListRequest",
    "More",
    "Page",
    "UnknownField",
]


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
        self._counts = lru_cache(maxsize=128)(self._compile_counts)

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
        given = {f"f{i}": value for i, value in enumerate(values)} | extra
        asked = _Asked(names, sort, conditions, given, whole=not (given or where or reader.viewer))
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

    async def _rows(self, run: Run, asked: "_Asked", after: Sequence[Any] | None, wanted: int) -> Sequence[Row]:
        """Of each part of the list in turn, until there are as many as are wanted."""
        rows: list[Row] = []
        for way in await self._ways(run, asked, after, wanted):
            nulls = tuple(value is None for value in after) if after else None
            keys = {f"k{index}": value for index, value in enumerate(after or ()) if value is not None}
            query = self._statement(asked.names, asked.sort, nulls, asked.conditions, way)
            rows += await run(query, **asked.given, **keys, limit=wanted - len(rows))
            if len(rows) >= wanted:
                break
            after = None
        return rows

    async def _ways(self, run: Run, asked: "_Asked", after: Sequence[Any] | None, wanted: int) -> Sequence[Way]:
        conditions, first = asked.conditions.filter, asked.sort[0][0].ordered
        if first is None and conditions is None:
            return (WHOLE if asked.whole else PLAIN,)
        others = tuple(each for each in demanded(conditions) if each is not first)
        narrow = narrowest(others, await run(self._counts(asked.conditions, others), **asked.given)) if others else None
        if first is not None:
            with_value, without = Way(first, narrow, limit=wanted), Way(narrow=narrow, without=first)
            if first in demanded(conditions):
                return (with_value,)
            return (without,) if after and after[0] is None else (with_value, without)
        order = {each.name for each, _ in self._whole(asked.sort)}
        equal = (each for each in demanded(conditions, EQUALITY) if order <= each.same.keys())
        driver = next(equal, None) if narrow is None else None
        return (Way(driver, narrow, limit=wanted if driver is not None else None),)

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
        way: Way = PLAIN,
    ) -> Query:
        rows = self._rows_of(conditions, way, [sort[0][0].expression.is_(None)] if way.without is not None else [])
        keys = self._keys(sort, way, rows)
        columns = [rows.see(self.fields[name].expression).label(name) for name in names]
        labels = self._labels(names, sort)
        hidden = [key.shown.label(label) for key, label in zip(keys, labels, strict=True) if label not in names]
        statement = select(*columns, *hidden).select_from(rows.source).where(*rows.where)
        if nulls is not None:
            statement = statement.where(beyond(keys, nulls))
        statement = statement.order_by(*(key.in_order() for key in keys if not key.is_null))
        if way.cut:
            return Query(statement.limit(literal_column(str(MAX_LIMIT + 1))), cut=True)
        return Query(statement.limit(bindparam("limit") if way.limit is None else literal_column(str(way.limit))))

    def _compile_total(self, conditions: "_Conditions") -> Query:
        rows = self._rows_of(conditions, Way(next(iter(demanded(conditions.filter)), None)))
        counted = select(literal(1)).select_from(rows.source).where(*rows.where).limit(TOTAL_CAP + 1).subquery()
        return Query(select(func.count()).select_from(counted))

    def _compile_counts(self, conditions: "_Conditions", candidates: tuple[Ordered, ...]) -> Query:
        assert conditions.filter is not None
        return counts(conditions.filter, candidates)

    def _rows_of(self, conditions: "_Conditions", way: Way, more: Sequence[ColumnElement[bool]] = ()) -> Rows:
        found: Found = {each: [] for each in (way.driver, way.narrow) if each is not None}
        own = [self._source.c.tenant_id == bindparam("tenant_id"), *self._where, *conditions.extra.values(), *more]
        if conditions.filter is not None:
            own.append(condition(conditions.filter, parameter_names(), found))
        return rows_of(self._source, own, way, found)

    def _labels(self, names: tuple[str, ...], sort: Sort) -> list[str]:
        """Where a row has each of the sort's keys: under its own name, if it is shown as it sorts."""
        return [
            key.name if key.name in names and self.fields[key.name] is key else f"_k{index}"
            for index, (key, _) in enumerate(self._whole(sort))
        ]

    def _keys(self, sort: Sort, way: Way, rows: Rows) -> list[Key]:
        """Of columns that a driver repeats, its own: in the order of its index."""
        same = way.driver.same if way.driver is not None else {}
        keys = [
            Key(same[each.name] if each.name in same else rows.see(each.expression), descending, each.nullable)
            for each, descending in self._whole(sort)
        ]
        first, descending = sort[0][0].ordered, sort[0][1]
        if first is not None and way.driver is first:
            keys[0] = Key(first.value, descending, nullable=False)
        elif first is not None:
            keys[0] = Key(null().cast(first.value.type), descending, nullable=True, is_null=True)
        return keys

    def _whole(self, sort: Sort) -> Sort:
        """Ties are broken by the id; among the values of ordered rows, as these are ordered."""
        ordered = sort[0][0].ordered
        ties = [*ordered.same] if ordered is not None and len(sort) == 1 else ["id"]
        return (*sort, *((self.fields[name], sort[0][1]) for name in ties))


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
    whole: bool


def _total(rows: Sequence[Any]) -> dict[str, Any]:
    count = rows[0][0]
    return {
        "value": min(count, TOTAL_CAP),
        "relation": "gte" if count > TOTAL_CAP else "eq",
    }
