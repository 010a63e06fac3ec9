"""Distances and areas on the Earth, taken as a sphere: at most 0.6 % from the ellipsoid's. Pure functions.

Degrees of WGS 84: north and east positive. The haversine formula keeps its precision for near points
(R. W. Sinnott, "Virtues of the Haversine", Sky and Telescope 68, 1984).
"""

from dataclasses import dataclass
from math import asin, cos, degrees, pi, radians, sin, sqrt
from typing import NamedTuple

EARTH_RADIUS_KM = 6371.0088
"""The mean radius of IUGG."""
FARTHEST_KM = pi * EARTH_RADIUS_KM
MARGIN = 1e-9
"""Degrees by which an area is larger than it must be, so that rounding leaves nothing out."""

Span = tuple[float, float]
ALL_ROUND: tuple[Span, ...] = ((-180.0, 180.0),)


class Position(NamedTuple):
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Area:
    """Between two latitudes, in one span of longitudes from west to east, or two where it crosses 180°."""

    south: float
    north: float
    spans: tuple[Span, ...]

    def has(self, position: Position) -> bool:
        is_between = any(west <= position.longitude <= east for west, east in self.spans)
        return self.south <= position.latitude <= self.north and is_between


def distance_km(here: Position, there: Position) -> float:
    """Along the great circle."""
    latitude, other = radians(here.latitude), radians(there.latitude)
    half_north, half_east = (other - latitude) / 2, radians(there.longitude - here.longitude) / 2
    chord = sin(half_north) ** 2 + cos(latitude) * cos(other) * sin(half_east) ** 2
    return 2 * EARTH_RADIUS_KM * asin(min(1.0, sqrt(chord)))


def area_around(here: Position, radius_km: float) -> Area:
    """The smallest area with every point within `radius_km`. All around the pole if one is inside."""
    angle = radius_km / EARTH_RADIUS_KM
    reach = degrees(angle) + MARGIN
    south, north = here.latitude - reach, here.latitude + reach
    if south <= -90 or north >= 90:
        return Area(max(south, -90.0), min(north, 90.0), ALL_ROUND)
    half_width = degrees(asin(min(1.0, sin(angle) / cos(radians(here.latitude))))) + MARGIN
    return Area(south, north, _spans(here.longitude - half_width, here.longitude + half_width))


def _spans(west: float, east: float) -> tuple[Span, ...]:
    if west < -180:
        return (west + 360, 180.0), (-180.0, east)
    if east > 180:
        return (west, 180.0), (-180.0, east - 360)
    return ((west, east),)
