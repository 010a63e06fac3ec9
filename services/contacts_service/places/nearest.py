"""The nearest rows of a table by a plain B-tree: no extension, exact, the same across 180° and at the poles.

The index `(tenant_id, band, longitude)` has the table in bands of latitude 1.1 km high. A circle is looked up band by
band, between two longitudes in each; then the true distance decides. The circle grows until it has enough, so that
what lies far away is not read.
"""

from collections.abc import Sequence
from math import floor
from typing import Any

from sqlalchemy import Float, Integer, Table, Uuid, bindparam, column, func, literal_column, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.elements import ColumnElement

from contacts_service.places.geography import EARTH_RADIUS_KM, Area, Position, area_around
from shared.query import Query, Reader, Row

BANDS_PER_DEGREE = 100
BAND = f"floor(latitude * {BANDS_PER_DEGREE})::integer"
"""What the generated column `band` is. In an expression index it would be no use: behind row-level security only
comparisons of columns are looked up there, as `floor` might tell of rows that are not the tenant's.
"""
FIRST_KM = 1.0
GROWTH = 2.0


def distance_from(here: tuple[ColumnElement[float], ColumnElement[float]]) -> ColumnElement[float]:
    """`geography.distance_km` in SQL, of the columns `latitude` and `longitude` from a latitude and a longitude."""
    latitude, longitude = column("latitude", Float), column("longitude", Float)
    north = func.sin(func.radians(latitude - here[0]) / literal_column("2"))
    east = func.sin(func.radians(longitude - here[1]) / literal_column("2"))
    chord = north * north + func.cos(func.radians(here[0])) * func.cos(func.radians(latitude)) * east * east
    arc = func.asin(func.sqrt(func.least(literal_column("1.0"), chord)), type_=Float)
    return literal_column(str(2 * EARTH_RADIUS_KM), Float) * arc


HERE = (bindparam("latitude", type_=Float), bindparam("longitude", type_=Float))
DISTANCE_KM = str(distance_from(HERE))
# `offset 0`: looked up once a band, whatever the planner believes of the table.
NEAR = f"""
select id, distance_km
from generate_series(:first_band, :last_band) as bands (number)
cross join unnest(:wests, :easts) as span (west, east)
cross join lateral (
  select id, {DISTANCE_KM} as distance_km from %s
  where tenant_id = :tenant_id and band = bands.number and longitude between span.west and span.east and %s
  offset 0
) as inside
where distance_km <= :radius_km order by distance_km, id limit :limit
"""  # noqa: S608 - our own names
PARAMETERS = [
    *(bindparam(name, type_=Float) for name in ("latitude", "longitude", "radius_km")),
    *(bindparam(name, type_=Integer) for name in ("first_band", "last_band", "limit")),
    *(bindparam(name, type_=ARRAY(Float)) for name in ("wests", "easts")),
]


def nearest_query(table: Table, shown: Sequence[ColumnElement[Any]], *, where: str) -> Query:
    """`shown` of the rows within `radius_km`, and their `distance_km`, the nearest first.

    `table` has `tenant_id`, `id`, `latitude`, `longitude`, `band`, and an index over `tenant_id`, `band` and
    `longitude` of the rows of which `where` is true.
    """
    found = text(NEAR % (table.name, where)).bindparams(*PARAMETERS)
    near = found.columns(column("id", Uuid), column("distance_km", Float)).subquery("near")
    joined = near.join(table, (table.c.tenant_id == bindparam("tenant_id")) & (table.c.id == near.c.id))
    return Query(select(*shown, near.c.distance_km).select_from(joined).order_by(near.c.distance_km, near.c.id))


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


def _looked_up(area: Area) -> dict[str, Any]:
    return {
        "first_band": floor(area.south * BANDS_PER_DEGREE),
        "last_band": floor(area.north * BANDS_PER_DEGREE),
        "wests": [west for west, _ in area.spans],
        "easts": [east for _, east in area.spans],
    }
