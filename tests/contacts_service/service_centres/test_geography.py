"""Boxes hold all that is near; distances are those that are known."""

from math import pi
from random import Random

import pytest

from contacts_service.service_centres.geography import EARTH_KM, Box, Position, box_around, distance_km, row_of

BANGKOK, CHIANG_MAI = Position(13.7563, 100.5018), Position(18.7883, 98.9853)


@pytest.mark.parametrize(
    ("one", "other", "km"),
    [
        (BANGKOK, CHIANG_MAI, 582.5),
        (Position(50.0663889, -5.7147222), Position(58.6438889, -3.07), 968.9),  # Land's End to John o' Groats
        (Position(0, 179.9), Position(0, -179.9), EARTH_KM * pi / 900),
        (Position(90, 0), Position(-90, 77), EARTH_KM * pi),
        (Position(89, 0), Position(89, 180), EARTH_KM * pi / 90),
        (Position(13, 100), Position(13, 100), 0),
    ],
)
def test_the_distance_is_along_the_great_circle(one: Position, other: Position, km: float) -> None:
    assert distance_km(one, other) == pytest.approx(km, rel=1e-3)
    assert distance_km(other, one) == distance_km(one, other)


@pytest.mark.parametrize("radius_km", [0.1, 5, 300, 4000, 15_000])
def test_whatever_is_within_the_radius_lies_in_the_box(radius_km: float) -> None:
    random = Random(44)
    centres = [
        BANGKOK,
        Position(0, 180),
        Position(0, -180),
        Position(89.99, 10),
        Position(-90, 0),
        Position(-16.5, 179.9),
    ]

    for here in [*centres, *(_anywhere(random) for _ in range(40))]:
        box = box_around(here, radius_km)
        for place in _places(random, here, radius_km):
            if distance_km(here, place) <= radius_km:
                assert _holds(box, place), (here, place, box)


def test_a_small_box_is_small_across_the_antimeridian_too() -> None:
    box = box_around(Position(-16.5, 179.99), 10)

    width = sum(max(0.0, east - west) for west, east in (box.span, box.other_span))
    assert width == pytest.approx(2 * 10 / 106.6, rel=0.01)
    assert box.last_row - box.first_row <= 2


def _anywhere(random: Random) -> Position:
    return Position(random.uniform(-90, 90), random.uniform(-180, 180))


def _places(random: Random, here: Position, radius_km: float) -> list[Position]:
    """Some near, some anywhere."""
    reach = min(radius_km / 111, 180)
    near = [
        Position(
            min(90, max(-90, here.latitude + random.uniform(-reach, reach))),
            (here.longitude + random.uniform(-reach, reach) * random.choice((1, 5, 40)) + 540) % 360 - 180,
        )
        for _ in range(40)
    ]
    return [*near, *(_anywhere(random) for _ in range(10))]


def _holds(box: Box, place: Position) -> bool:
    in_rows = box.first_row <= row_of(place.latitude) <= box.last_row
    return in_rows and any(west <= place.longitude <= east for west, east in (box.span, box.other_span))
