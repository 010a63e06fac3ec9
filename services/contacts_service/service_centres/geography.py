"""Distances on the globe, and where to look for what is near. Pure, but for the SQL of a distance.

Distances are along great circles by the haversine formula, on a sphere of the Earth's mean radius (IUGG R1). Against
the WGS 84 ellipsoid they are off by at most 0.56 %, 56 m in 10 km: most along meridians at the equator.
"""

from math import asin, atan2, cos, degrees, floor, pi, radians, sin, sqrt
from typing import NamedTuple

from sqlalchemy import ColumnElement, Float, func

EARTH_KM = 6371.0088
FARTHEST_KM = EARTH_KM * pi
ROWS_PER_DEGREE = 10
"""Places are indexed by rows of latitude, 11 km high, and by longitude inside a row."""
NOTHING = (1.0, 0.0)
"""A span of longitudes that holds none."""
ROUNDING_KM = 1e-6


class Position(NamedTuple):
    """Degrees of WGS 84: latitude -90 to 90, longitude -180 to 180."""

    latitude: float
    longitude: float


class Box(NamedTuple):
    """Rows of latitude, the last one included, and two spans of longitude (west, east), both included."""

    first_row: int
    last_row: int
    span: tuple[float, float]
    other_span: tuple[float, float]


def distance_km(one: Position, other: Position) -> float:
    north, east = radians(other.latitude - one.latitude), radians(other.longitude - one.longitude)
    a = sin(north / 2) ** 2 + cos(radians(one.latitude)) * cos(radians(other.latitude)) * sin(east / 2) ** 2
    return 2 * EARTH_KM * atan2(sqrt(a), sqrt(max(0.0, 1 - a)))


def distance_from(
    latitude: ColumnElement[float],
    longitude: ColumnElement[float],
    here: tuple[ColumnElement[float], ColumnElement[float]],
) -> ColumnElement[float]:
    """`distance_km` as SQL."""
    here_latitude, here_longitude = here
    north = func.sin(func.radians(latitude - here_latitude) / 2)
    east = func.sin(func.radians(longitude - here_longitude) / 2)
    a = north * north + func.cos(func.radians(here_latitude)) * func.cos(func.radians(latitude)) * east * east
    return 2 * EARTH_KM * func.asin(func.sqrt(func.least(1.0, a)), type_=Float)


def row_of(latitude: float) -> int:
    return floor(latitude * ROWS_PER_DEGREE)


def box_around(here: Position, radius_km: float) -> Box:
    """Every place within the radius lies inside, over a pole and across the antimeridian, too.

    The longitudes are those where the circle touches its two meridians, farther out than at the centre's own latitude
    (Bronshtein and others, Handbook of Mathematics: the tangent points of a circle on the sphere).
    """
    angle = (radius_km + ROUNDING_KM) / EARTH_KM
    south, north = here.latitude - degrees(angle), here.latitude + degrees(angle)
    rows = (row_of(max(south, -90.0)), row_of(min(north, 90.0)))
    if south <= -90 or north >= 90:
        return Box(*rows, (-180.0, 180.0), NOTHING)
    reach = degrees(asin(min(1.0, sin(angle) / cos(radians(here.latitude))))) + 1e-9
    return Box(*rows, *_spans(here.longitude - reach, here.longitude + reach))


def _spans(west: float, east: float) -> tuple[tuple[float, float], tuple[float, float]]:
    """Cut at the antimeridian, where -180 and 180 are the same."""
    if east - west >= 360:
        return (-180.0, 180.0), NOTHING
    if west <= -180:
        return (west + 360, 180.0), (-180.0, east)
    if east >= 180:
        return (west, 180.0), (-180.0, east - 360)
    return (west, east), NOTHING
