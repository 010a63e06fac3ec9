"""The nearest centres that are open: circles around a place, widened until enough were found."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import takewhile
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Float, SmallInteger, String, Text, Uuid, any_, bindparam, or_, select, tuple_

from contacts_service.service_centres.geography import Position, box_around, distance_from
from contacts_service.service_centres.opening import Calendar, calendar_of
from contacts_service.service_centres.queries import CENTRES, COLUMNS
from shared.query import Query, Reader
from shared.web.types import rfc3339

RADII_KM = (4.0, 16.0, 64.0, 256.0, 1024.0, 4096.0)
LEAST_BATCH = 20
MAX_SEEN = 2_000
"""So many centres are asked whether they are open, at most: at night in a large network all may be closed."""
HERE = (bindparam("latitude", type_=Float), bindparam("longitude", type_=Float))
INSIDE = (
    CENTRES.c.tenant_id == bindparam("tenant_id"),
    CENTRES.c.deleted_at.is_(None),
    CENTRES.c.latitude_row == any_(bindparam("rows", type_=ARRAY(SmallInteger))),
    or_(*(
        CENTRES.c.longitude.between(bindparam(f"west{each}", type_=Float), bindparam(f"east{each}", type_=Float))
        for each in (0, 1)
    )),
    CENTRES.c.capabilities.contains(bindparam("capabilities", type_=ARRAY(String(50)))),
)  # fmt: skip
HOURS = ("opening_hours", "special_days")
FOUND = (
    select(
        *COLUMNS,
        *(CENTRES.c[name].cast(Text).label(f"{name}_text") for name in HOURS),
        distance_from(CENTRES.c.latitude, CENTRES.c.longitude, HERE).label("distance_km"),
    )
    .where(*INSIDE)
    .subquery("found")
)
BEYOND = tuple_(FOUND.c.distance_km, FOUND.c.id) > tuple_(
    bindparam("after_km", type_=Float), bindparam("after_id", type_=Uuid)
)
RING = Query(
    select(FOUND)
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
        shown = _shown(centre, calendar_of({**centre, **hours}, holidays), search.moment)
        if shown["is_open"] or not search.only_open:
            nearest.data.append(shown)
        elif len(nearest.closed) < search.limit:
            nearest.closed.append(shown)
        if len(nearest.data) == search.limit or nearest.seen == MAX_SEEN:
            return nearest
    nearest.is_complete = True
    return nearest


async def _by_distance(reader: Reader, search: Search) -> AsyncIterator[dict[str, Any]]:
    """Each circle goes on behind the last centre of the one before."""
    batch, after = max(2 * search.limit, LEAST_BATCH), START
    for within_km in _radii(search.radius_km):
        given = {**_in_box(search, within_km), "within_km": within_km, "batch": batch}
        while rows := await reader.rows(RING, **given, after_km=after[0], after_id=after[1]):
            for row in rows:
                yield dict(row)
            after = (rows[-1]["distance_km"], rows[-1]["id"])
            if len(rows) < batch:
                break


def _radii(radius_km: float) -> Iterator[float]:
    yield from takewhile(lambda radius: radius < radius_km, RADII_KM)
    yield radius_km


def _in_box(search: Search, radius_km: float) -> dict[str, Any]:
    box = box_around(search.here, radius_km)
    (west0, east0), (west1, east1) = box.span, box.other_span
    return {
        **search.here._asdict(),
        "rows": list(range(box.first_row, box.last_row + 1)),
        "west0": west0,
        "east0": east0,
        "west1": west1,
        "east1": east1,
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
