"""On which way the rows of a list are found, where values of theirs stand in order beside them.

No statistics decide. Few values that meet a condition are looked up first, and their rows sorted. Otherwise the order
of the list decides: that of the values, row by row from the first on, or the collection's own. The planner would take
the values of all tenants for those of one, and join and sort all of them: seconds instead of milliseconds.
"""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, FromClause, any_, func, literal, literal_column, select, true
from sqlalchemy.sql.util import ClauseAdapter

from shared.query.conditions import Found, condition
from shared.query.filters import Node, Ordered
from shared.query.reader import Query, Row

FEW = 2_000
EQUALITY = ("eq", "contains")

Run = Callable[..., Awaitable[Sequence[Row]]]


class Way(NamedTuple):
    """`driver` has the order of the list; `narrow` the few values that meet a condition; rows in question have no value
    in `without`. The limit stands in a driven statement itself: it is what the order of values is worth. Of a `cut` one
    see `Query`.
    """

    driver: Ordered | None = None
    narrow: Ordered | None = None
    without: Ordered | None = None
    limit: int | None = None
    cut: bool = False


PLAIN = Way()
WHOLE = Way(cut=True)
"""Of all that there is, without a parameter on which a better plan could depend."""


class Rows(NamedTuple):
    """Where rows come from. `see` makes of the collection's columns those that can be seen there."""

    source: FromClause
    where: Sequence[ColumnElement[bool]]
    see: Callable[[ColumnElement[Any]], ColumnElement[Any]]


def parameter_names() -> Iterator[str]:
    """Of the values of a filter."""
    return iter(f"f{index}" for index in range(100_000))


def counts(filter_: Node, candidates: Sequence[Ordered]) -> Query:
    """How many values of each candidate meet its conditions, counted up to one more than FEW."""
    found: Found = {each: [] for each in candidates}
    condition(filter_, parameter_names(), found)
    bounded = (
        select(literal(1)).select_from(each.source).where(*each.where, *found[each]).limit(FEW + 1).subquery()
        for each in candidates
    )
    return Query(
        select(
            *(
                select(func.count()).select_from(each).scalar_subquery().label(f"n{number}")
                for number, each in enumerate(bounded)
            )
        )
    )


def narrowest(candidates: Sequence[Ordered], counted: Sequence[Row]) -> Ordered | None:
    found = min(range(len(candidates)), key=lambda number: int(counted[0][number]))
    return candidates[found] if counted[0][found] <= FEW else None


def rows_of(source: FromClause, own: Sequence[ColumnElement[bool]], way: Way, found: Found) -> Rows:
    """`own` are the conditions on the collection's rows, `found` those on the driver's and on the few."""
    narrow = [] if way.narrow is None else [_few(way, source, found)]
    if way.driver is None:
        return Rows(source, [*own, *narrow], lambda expression: expression)
    driver = way.driver
    row = select(source).where(*own, source.c.id == driver.same["id"]).offset(literal_column("0")).lateral()
    where = [*driver.where, *found[driver], *narrow]
    return Rows(driver.source.join(row, true()), where, ClauseAdapter(row).traverse)


def _few(way: Way, source: FromClause, found: Found) -> ColumnElement[bool]:
    assert way.narrow is not None
    ids = select(way.narrow.same["id"]).where(*way.narrow.where, *found[way.narrow]).scalar_subquery()
    mine = source.c.id if way.driver is None else way.driver.same["id"]
    return mine == any_(func.array(ids))
