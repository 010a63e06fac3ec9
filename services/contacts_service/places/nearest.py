"""The nearest rows of a table by a plain B-tree: no extension, exact, the same across 180° and at the poles.

The index `(tenant_id, band, longitude)` has the table in bands of latitude 1.1 km high. A circle is looked up band by
band, between two longitudes in each; then the true distance decides. The circle grows until it has enough, so that
what lies far away is not read.
"""

from collections.abc import Sequence
from math import floor
from typing import Any

from sqlalchemy import Float, Integer, Select, Table, bindparam, func, literal_column, select, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.elements import ColumnElement

from contacts_service.places.geography import EARTH_RADIUS_KM, Area, Position, area_around
from shared.query import Query, Reader, Row

BANDS_PER_DEGREE = 100
BAND = f"floor(latitude * {BANDS_PER_DEGREE})::integer"
"""As the index has it, so that the planner knows it again."""
FIRST_KM = 1.0
GROWTH = 2.0


def nearest_query(table: Table, shown: Sequence[ColumnElement[Any]], *where: ColumnElement[bool]) -> Query:
    """`shown` of the rows within `radius_km`, and their `distance_km`, the nearest first.

    `table` has `tenant_id`, `id`, `latitude`, `longitude` and an index over `tenant_id`, BAND and `longitude`, for rows
    of which `where` says no less than that of the index.
    """
    band = func.generate_series(bindparam("first_band", type_=Integer), bindparam("last_band", type_=Integer))
    bands = band.table_valued("number").alias("band")
    floats = ARRAY(Float)
    span = func.unnest(bindparam("wests", type_=floats), bindparam("easts", type_=floats))
    spans = span.table_valued("west", "east").alias("span")
    inside = (
        _rows(table, shown)
        .where(*where, literal_column(BAND, Integer) == bands.c.number)
        .where(table.c.longitude.between(spans.c.west, spans.c.east))
        .offset(literal_column("0"))  # looked up once a band, whatever the planner believes of the table
        .lateral("inside")
    )
    return Query(
        select(inside)
        .select_from(bands.join(spans, true()).join(inside, true()))
        .where(inside.c.distance_km <= bindparam("radius_km", type_=Float))
        .order_by(inside.c.distance_km, inside.c.id)
        .limit(bindparam("limit"))
    )


async def nearest(reader: Reader, query: Query, here: Position, *, radius_km: float, limit: int) -> Sequence[Row]:
    """At most `limit` rows of a `nearest_query`."""
    reach_km = min(FIRST_KM, radius_km)
    while True:
        given = _looked_up(area_around(here, reach_km))
        given |= {"latitude": here.latitude, "longitude": here.longitude, "radius_km": reach_km}
        rows = await reader.rows(query, **given, limit=limit)
        if len(rows) == limit or reach_km == radius_km:
            return rows
        reach_km = min(reach_km * GROWTH, radius_km)


def _rows(table: Table, shown: Sequence[ColumnElement[Any]]) -> Select[Any]:
    distance = _distance_km(table.c.latitude, table.c.longitude).label("distance_km")
    return select(*shown, distance).where(table.c.tenant_id == bindparam("tenant_id"))


def _distance_km(latitude: ColumnElement[float], longitude: ColumnElement[float]) -> ColumnElement[float]:
    """`geography.distance_km` from the parameters `latitude` and `longitude`, in SQL."""
    here_north, here_east = bindparam("latitude", type_=Float), bindparam("longitude", type_=Float)
    half_north = func.radians(latitude - here_north) / 2
    half_east = func.radians(longitude - here_east) / 2
    across = func.cos(func.radians(here_north)) * func.cos(func.radians(latitude)) * func.power(func.sin(half_east), 2)
    chord = func.least(1.0, func.sqrt(func.power(func.sin(half_north), 2) + across))
    return 2 * EARTH_RADIUS_KM * func.asin(chord, type_=Float)


def _looked_up(area: Area) -> dict[str, Any]:
    return {
        "first_band": floor(area.south * BANDS_PER_DEGREE),
        "last_band": floor(area.north * BANDS_PER_DEGREE),
        "wests": [west for west, _ in area.spans],
        "easts": [east for _, east in area.spans],
    }
