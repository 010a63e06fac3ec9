"""The nearest centres that are open: circles around a place, widened until enough were found."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import takewhile
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Float,
    SmallInteger,
    String,
    Text,
    Uuid,
    bindparam,
    column,
    func,
    literal_column,
    select,
    true,
    tuple_,
)

from contacts_service.places.geography import Position, area_around
from contacts_service.places.nearest import HERE, distance_from
from contacts_service.service_centres.models import row_of
from contacts_service.service_centres.opening import Calendar, calendar_of
from contacts_service.service_centres.queries import CENTRES, COLUMNS
from shared.instants import rfc3339
from shared.query import Query, Reader

RADII_KM = (1.0, 4.0, 16.0, 64.0, 256.0, 1024.0, 4096.0)
FIRST_BATCH, MAX_BATCH = 20, 640
MAX_SEEN = 1_000
"""So many centres are asked whether they are open, at most: at night in a large network all may be closed."""
ROWS = (
    func.unnest(bindparam("rows", type_=ARRAY(SmallInteger)))
    .table_valued(column("number", SmallInteger))
    .render_derived("latitude_rows")
)
SPANS = (
    func.unnest(bindparam("wests", type_=ARRAY(Float)), bindparam("easts", type_=ARRAY(Float)))
    .table_valued(column("west", Float), column("east", Float))
    .render_derived("spans")
)
HOURS = ("opening_hours", "special_days")
FOUND = (
    select(
        *COLUMNS,
        *(CENTRES.c[name].cast(Text).label(f"{name}_text") for name in HOURS),
        distance_from(HERE).label("distance_km"),
    )
    .where(
        CENTRES.c.tenant_id == bindparam("tenant_id"),
        CENTRES.c.latitude_row == ROWS.c.number,
        CENTRES.c.longitude.between(SPANS.c.west, SPANS.c.east),
        CENTRES.c.capabilities.contains(bindparam("capabilities", type_=ARRAY(String(50)))),
    )
    .offset(literal_column("0"))  # so that each row is looked up in the index, whatever the planner believes
    .lateral("found")
)
BEYOND = tuple_(FOUND.c.distance_km, FOUND.c.id) > tuple_(
    bindparam("after_km", type_=Float), bindparam("after_id", type_=Uuid)
)
RING = Query(
    select(FOUND)
    .select_from(ROWS.join(SPANS, true()).join(FOUND, true()))
    .where(BEYOND, FOUND.c.distance_km <= bindparam("within_km", type_=Float))
    .order_by(FOUND.c.distance_km, FOUND.c.id)
    .limit(bindparam("batch"))
)
START = (-1.0, str(UUID(int=0)))


@dataclass(frozen=True, slots=True)
class Search:
    """`only_open`: at `moment`. `capabilities`: all of them."""

    here: Position
    radius_km: float
    limit: int
    moment: datetime
    only_open: bool
    capabilities: list[str]


@dataclass(slots=True)
class Nearest:
    """`closed` are those that were passed over, the nearest first. `is_complete`: nothing within the radius is left."""

    data: list[dict[str, Any]] = field(default_factory=list)
    closed: list[dict[str, Any]] = field(default_factory=list)
    seen: int = 0
    is_complete: bool = False


async def find_nearest(reader: Reader, search: Search, holidays: frozenset[date]) -> Nearest:
    """In the order of distance; it ends as soon as `limit` were found, or after MAX_SEEN."""
    nearest = Nearest()
    async for centre in _by_distance(reader, search):
        nearest.seen += 1
        hours = {name: centre.pop(f"{name}_text") for name in HOURS}
        calendar = calendar_of({**centre, **hours}, holidays)
        if not search.only_open or calendar.is_open(search.moment):
            nearest.data.append(_shown(centre, calendar, search.moment))
        elif len(nearest.closed) < search.limit:
            nearest.closed.append(_shown(centre, calendar, search.moment))
        if len(nearest.data) == search.limit or nearest.seen == MAX_SEEN:
            return nearest
    nearest.is_complete = True
    return nearest


async def _by_distance(reader: Reader, search: Search) -> AsyncIterator[dict[str, Any]]:
    """Each circle goes on behind the last centre of the one before; the more is asked for, the more comes at once."""
    batch, after = max(search.limit, FIRST_BATCH), START
    for within_km in _radii(search.radius_km):
        given = {**_in_box(search, within_km), "within_km": within_km}
        while rows := await reader.rows(RING, **given, batch=batch, after_km=after[0], after_id=after[1]):
            for row in rows:
                yield dict(row)
            after, is_last = (rows[-1]["distance_km"], rows[-1]["id"]), len(rows) < batch
            batch = min(2 * batch, MAX_BATCH)
            if is_last:
                break


def _radii(radius_km: float) -> Iterator[float]:
    yield from takewhile(lambda radius: radius < radius_km, RADII_KM)
    yield radius_km


def _in_box(search: Search, radius_km: float) -> dict[str, Any]:
    area = area_around(search.here, radius_km)
    return {
        **search.here._asdict(),
        "rows": list(range(row_of(area.south), row_of(area.north) + 1)),
        "wests": [west for west, _ in area.spans],
        "easts": [east for _, east in area.spans],
        "capabilities": search.capabilities,
    }


def _shown(centre: dict[str, Any], calendar: Calendar, moment: datetime) -> dict[str, Any]:
    closes_at, next_opening = calendar.closes_at(moment), calendar.next_opening(moment)
    return {
        **centre,
        "distance_km": round(centre["distance_km"], 3),
        "is_open": calendar.is_open(moment),
        "closes_at": _text(closes_at),
        "next_opening_at": _text(next_opening),
    }


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else rfc3339(moment.astimezone(UTC))
