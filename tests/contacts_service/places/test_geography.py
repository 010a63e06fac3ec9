from math import cos, degrees, radians
from random import Random

import pytest

from contacts_service.places.geography import EARTH_RADIUS_KM, FARTHEST_KM, Position, area_around, distance_km

BANGKOK, CHIANG_MAI = Position(13.7563, 100.5018), Position(18.7883, 98.9853)
LONDON, TOKYO = Position(51.5074, -0.1278), Position(35.6762, 139.6503)


@pytest.mark.parametrize(
    ("here", "there", "km"),
    [
        (BANGKOK, CHIANG_MAI, 582.46),
        (LONDON, TOKYO, 9558.7),
        (Position(0, 179.5), Position(0, -179.5), 111.195),
        (Position(90, 0), Position(90, 123), 0),
        (Position(89, 0), Position(89, 180), 222.39),
        (Position(0, 0), Position(0, 180), FARTHEST_KM),
        (BANGKOK, BANGKOK, 0),
    ],
)
def test_distances_are_those_of_the_great_circle(here: Position, there: Position, km: float) -> None:
    assert distance_km(here, there) == pytest.approx(km, rel=2e-4, abs=1e-6)
    assert distance_km(there, here) == pytest.approx(distance_km(here, there))


def test_an_area_has_all_that_is_within_its_radius_also_at_the_poles_and_across_180_degrees() -> None:
    random = Random(7)
    within, missed = 0, []

    for _ in range(20_000):
        here, radius_km = _position(random), 10 ** random.uniform(-1, 4.3)
        there = _near(random, here, degrees(radius_km / EARTH_RADIUS_KM))
        if distance_km(here, there) <= radius_km:
            within += 1
            missed += [] if area_around(here, radius_km).has(there) else [(here, there, radius_km)]

    assert within > 5_000
    assert missed == []


def test_an_area_is_not_much_larger_than_its_circle() -> None:
    area = area_around(BANGKOK, 10)

    assert distance_km(Position(area.south, BANGKOK.longitude), BANGKOK) == pytest.approx(10, rel=1e-5)
    assert [distance_km(Position(BANGKOK.latitude, edge), BANGKOK) for edge in area.spans[0]] == [
        pytest.approx(10, rel=1e-3)
    ] * 2


def test_an_area_across_180_degrees_has_two_spans() -> None:
    assert [len(area_around(Position(0, longitude), 50).spans) for longitude in (179.9, -179.9, 0)] == [2, 2, 1]


def _position(random: Random) -> Position:
    latitude = random.choice((-90.0, -89.9, 0.0, 89.9, 90.0, random.uniform(-90, 90)))
    return Position(latitude, random.choice((-180.0, 180.0, 179.999, random.uniform(-180, 180))))


def _near(random: Random, here: Position, reach: float) -> Position:
    """Mostly within `reach` degrees."""
    latitude = min(90.0, max(-90.0, here.latitude + random.uniform(-reach, reach)))
    width = min(180.0, reach / max(cos(radians(latitude)), 1e-6))
    longitude = here.longitude + random.uniform(-width, width)
    return Position(latitude, (longitude + 180) % 360 - 180)
