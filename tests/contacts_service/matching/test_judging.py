"""Who is the same person, and why."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contacts_service.matching.agreements import Agreement
from contacts_service.matching.blocking import LARGEST_BLOCK, keys_of, pairs
from contacts_service.matching.comparing import compare, compare_birthdays
from contacts_service.matching.grouping import group
from contacts_service.matching.layouts import person_of_contact
from contacts_service.matching.people import Person, birthday_of
from contacts_service.matching.scoring import explain, score
from contacts_service.matching.weights import default_weights
from tests.contacts_service.matching.recognising import agreement, judged, person

HOME = {
    "street_number": "99/1",
    "address_1": "ถนนสุขุมวิท",
    "suburb": "วัฒนา",
    "postcode": "10110",
    "state": "กรุงเทพมหานคร",
}

NAMES = st.sampled_from(("", "Suda", "Soda", "สุดา", "Somchai", "สมชาย", "Jaidee", "ใจดี", "S", "Suda Mali"))
PEOPLE = st.builds(
    person,
    given_name=NAMES,
    surname=NAMES,
    date_of_birth=st.sampled_from(("", "1987-05-04", "1987-04-05", "--05-04", "19871345", "1990-01-01")),
    phone=st.sampled_from(("", "081-234-5678", "+66812345678", "0812345679", "12")),
    email=st.sampled_from(("", "suda@example.com", "suda@example.org", "sudu@example.com", "suda1@example.com", "x")),
    address_1=st.sampled_from(("", "9 Main St", "9 Main Street", "7 Main Street", "99/1 ถนนสุขุมวิท")),
    postcode=st.sampled_from(("", "10110", "10101", "50000")),
    suburb=st.sampled_from(("", "วัฒนา", "Watthana", "Silom")),
)


def test_a_thai_record_and_its_romanised_second_are_one_person() -> None:
    one = person(full_name="นายสมชาย ใจดี", phone="081-234-5678", date_of_birth="14 พ.ค. 2530")
    other = person(given_name="Somchai", surname="Jaidee", phone="+66 81 234 5678", date_of_birth="1987-05-14")

    found = judged(one, other)

    assert keys_of(one) & keys_of(other)
    assert found.probability > 0.99
    assert agreement(found, "phone") == agreement(found, "birthday") == "SAME"


def test_phones_are_one_in_international_and_national_form() -> None:
    one, other = person(phone="02-123-4567"), person(phone="+66 (0)2 123 4567")

    assert one.phones == other.phones == ("+6621234567",)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("14/05/1987", "14 พ.ค. 2530", Agreement.SAME),
        ("1987-05-04", "1987-04-05", Agreement.SWAPPED),
        ("1987-05-14", "1987-05-15", Agreement.ALIKE),
        ("1987-05-14", "1978-05-14", Agreement.ALIKE),
        ("1987-05-14", "--05-14", Agreement.ALIKE),
        ("19870514", "19871514", Agreement.ALIKE),
        ("1987-05-14", "1987-05-29", Agreement.NEAR),
        ("1987-05-14", "1990-11-02", Agreement.DIFFERENT),
        ("1987-05-14", "", Agreement.MISSING),
    ],
)
def test_birthdays_forgive_a_slip(one: str, other: str, expected: Agreement) -> None:
    assert compare_birthdays(birthday_of(one), birthday_of(other)) is expected


def test_day_and_month_exchanged_are_still_one_person() -> None:
    one = person(given_name="Suda", surname="Srisuk", date_of_birth="1987-05-04")
    other = person(given_name="สุดา", surname="ศรีสุข", date_of_birth="1987-04-05")

    assert keys_of(one) & keys_of(other)
    assert judged(one, other).probability > 0.9


@pytest.mark.parametrize(("one", "other"), [("สมชาย", "สมหญิง"), ("James", "Emily"), ("ณัฐพล", "กนกวรรณ")])
def test_twins_at_one_address_are_two_people(one: str, other: str) -> None:
    home = {"surname": "ใจดี", "date_of_birth": "1987-05-14", **HOME}

    assert judged(person(given_name=one, **home), person(given_name=other, **home)).probability < 0.5


def test_father_and_son_with_one_email_and_phone_are_two_people() -> None:
    home = {"surname": "ใจดี", "email": "jaidee@example.com", "phone": "081-234-5678", **HOME}
    father = person(given_name="ประเสริฐ", date_of_birth="1960-01-02", **home)
    son = person(given_name="ณัฐพล", date_of_birth="1990-11-23", **home)

    found = judged(father, son)

    assert found.probability < 0.05
    assert agreement(found, "email") == "SAME"
    assert next(reason.weight for reason in found.reasons if reason.field == "household") < -10


def test_strangers_with_one_common_name_are_two_people() -> None:
    one = person(given_name="สมชาย", surname="ใจดี", date_of_birth="1987-05-14")
    other = person(given_name="Somchai", surname="Jaidee", date_of_birth="1961-12-30")

    assert judged(one, other).probability < 0.5


def test_the_reasons_add_up_to_the_score() -> None:
    one = person(given_name="Suda", surname="Srisuk", date_of_birth="1987-05-04", email="suda@example.com", **HOME)
    other = replace(one, given=one.family, family=one.given, emails=("suda@example.net",), house="7")

    found = judged(one, other)
    bits = sum(reason.weight for reason in found.reasons)

    assert math.isclose(found.probability, 2**bits / (1 + 2**bits))
    assert math.isclose(found.probability, score(one, other, compare(one, other), default_weights(10_000)))
    assert [reason.field for reason in found.reasons] == [
        "prior", "given_name", "family_name", "birthday", "email", "street", "area", "household",
    ]  # fmt: skip
    assert {(named.left, named.right, named.agreement) for named in found.reasons[1:3]} == {
        ("Suda", "Suda", Agreement.SWAPPED),
        ("Srisuk", "Srisuk", Agreement.SWAPPED),
    }


@given(PEOPLE, PEOPLE)
def test_anybody_is_judged_the_same_from_either_side(one: Person, other: Person) -> None:
    frequencies = {"given_name": {"suda": 0.01, "somchai": 0.03}, "family_name": {"suda": 0.001, "jaidee": 0.02}}
    weights = replace(default_weights(10_000), frequencies=frequencies)

    forward, backward = explain(one, other, weights), explain(other, one, weights)

    assert 0 <= forward.probability <= 1
    assert math.isclose(forward.probability, backward.probability)
    assert math.isclose(forward.probability, score(one, other, compare(one, other), weights))


def test_a_rare_value_in_common_weighs_more_than_a_common_one() -> None:
    weights = replace(default_weights(10_000), frequencies={"family_name": {"smith": 0.05, "waller": 0.0001}})
    smith, waller = person(surname="Smith"), person(surname="Waller")

    by_name = [score(each, each, compare(each, each), weights) for each in (smith, waller)]

    assert by_name[1] > 10 * by_name[0]


def test_a_contact_is_compared_like_a_row_of_a_file() -> None:
    contact = {
        "full_name": "สมชาย ใจดี", "given_name": "สมชาย", "family_name": "ใจดี",
        "birthday": {"year": 1987, "month": 5, "day": 14},
        "phones": [{"value": "+66812345678", "primary": True}], "emails": [{"value": "S.Jai+shop@gmail.com"}],
        "addresses": [{"primary": True, "street": "99/1 ถนนสุขุมวิท", "district": "วัฒนา", "province": "กรุงเทพมหานคร",
                       "postal_code": "10110"}],
    }  # fmt: skip
    row = person(
        "7", full_name="คุณสมชาย ใจดี", date_of_birth="14/05/2530", phone="0812345678", email="sjai@gmail.com", **HOME
    )

    assert replace(person_of_contact("7", contact), given=row.given) == row


def test_people_meet_once_and_crowds_under_one_key_do_not_meet() -> None:
    crowd = [person(phone="02-123-4567", email=f"e{number // 2}@example.com") for number in range(LARGEST_BLOCK + 2)]

    met = list(pairs(crowd))

    assert met == [(number, number + 1) for number in range(0, len(crowd), 2)]
    assert list(pairs(crowd[:1], crowd[1:3])) == [(0, 0), (0, 1)]


def test_a_chain_of_likenesses_does_not_tie_strangers_together() -> None:
    scores = {(0, 1): 0.99, (1, 2): 0.6, (3, 4): 0.9, (3, 5): 0.9, (4, 5): 0.7}

    assert group(scores) == [[0, 1], [3, 4, 5]]
