"""Weights come from the people themselves, and from defaults where people are few."""

import pytest

from contacts_service.matching.agreements import Agreement
from contacts_service.matching.finding import match
from contacts_service.matching.layouts import person_of_row
from contacts_service.matching.learning import learn
from contacts_service.matching.weights import DEFAULT_M, FIELDS, Weights
from tests.contacts_service.matching.made_up_files import Row, thai_people


def learnt(rows: list[Row]) -> Weights:
    return match([person_of_row(row) for row in rows]).weights


def test_without_people_the_defaults_hold() -> None:
    weights = learn({}, [])

    for field in FIELDS:
        assert weights.m[field] == pytest.approx(DEFAULT_M[field])


def test_a_file_that_exchanges_names_and_knows_phones_well_teaches_so() -> None:
    weights = learnt(list(thai_people(2_000, seed=3)))

    assert weights.m["given_name"][Agreement.SWAPPED] > 3 * DEFAULT_M["given_name"][Agreement.SWAPPED]
    assert weights.m["phone"][Agreement.SAME] > 0.85
    assert sum(weights.m["phone"].values()) == pytest.approx(1)


def test_households_are_learnt_from_who_shares_an_address() -> None:
    rows = list(thai_people(2_000, seed=3))
    alone = list({row["address_1"] + row["street_number"]: row for row in rows}.values())

    crowded, single = learnt(rows), learnt(alone)

    assert crowded.home_share * len(rows) > 5 * single.home_share * len(alone)
