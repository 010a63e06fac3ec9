"""Two people compared, field by field: how far the values agree."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from contacts_service.matching.agreements import ALIKE, DIFFERENT, MISSING, NEAR, SAME, SWAPPED, Agreement
from contacts_service.matching.comparing_names import compare_names
from contacts_service.matching.people import Person

ALIKE_TEXT = 85


class Comparison(NamedTuple):
    """One agreement for each field that people are compared by; the order of fields is that of the weights."""

    given_name: Agreement
    family_name: Agreement
    birthday: Agreement
    phone: Agreement
    email: Agreement
    street: Agreement
    area: Agreement


def compare(left: Person, right: Person) -> Comparison:
    given, family = compare_names(left, right)
    return Comparison(
        given,
        family,
        compare_birthdays(left.birthday, right.birthday),
        _best(left.phones, right.phones, _phone),
        _best(left.emails, right.emails, _email),
        compare_streets(left, right),
        compare_areas(left, right),
    )


def compare_birthdays(left: str, right: str) -> Agreement:
    """ALIKE: one digit wrong, two neighbours exchanged, or no year on one side; NEAR: two of day, month, year agree."""
    if not left or not right:
        return MISSING
    if left == right:
        return SAME
    if "-" in left + right:
        return ALIKE if left[4:] == right[4:] else DIFFERENT
    if left[:4] == right[:4] and left[4:6] == right[6:] and left[6:] == right[4:6]:
        return SWAPPED
    if OSA.distance(left, right, score_cutoff=1) <= 1:
        return ALIKE
    parts = (left[:4] == right[:4]) + (left[4:6] == right[4:6]) + (left[6:] == right[6:])
    return NEAR if parts == 2 else DIFFERENT


def compare_streets(left: Person, right: Person) -> Agreement:
    """SAME and ALIKE need the house number; NEAR is the same street."""
    if not left.street or not right.street:
        return MISSING
    is_same_house = left.house == right.house
    if left.street == right.street:
        return SAME if is_same_house else NEAR
    if not _is_same_street(left.street, right.street):
        return DIFFERENT
    return ALIKE if is_same_house else NEAR


def compare_areas(left: Person, right: Person) -> Agreement:
    """District, postcode and province are mostly one fact: SAME by both of the first, ALIKE by one, NEAR by less."""
    districts = _text(left.district, right.district)
    postcodes = _code(left.postcode, right.postcode)
    provinces = _text(left.province, right.province)
    close = [found for found in (districts, postcodes) if found in (SAME, ALIKE)]
    if SAME in close and len(close) == 2:
        return SAME
    if close:
        return ALIKE
    return NEAR if provinces in (SAME, ALIKE) else max(districts, postcodes, provinces)


def _is_same_street(left: str, right: str) -> bool:
    """By its words in any number and order, or by its letters however they are spaced."""
    if fuzz.token_set_ratio(left, right) >= ALIKE_TEXT:
        return True
    return fuzz.ratio(left.replace(" ", ""), right.replace(" ", "")) >= ALIKE_TEXT


def _best(left: Sequence[str], right: Sequence[str], compare_one: Callable[[str, str], Agreement]) -> Agreement:
    return min((compare_one(one, other) for one in left for other in right), default=MISSING)


def _phone(left: str, right: str) -> Agreement:
    if left == right:
        return SAME
    return ALIKE if OSA.distance(left, right, score_cutoff=1) <= 1 else DIFFERENT


def _email(left: str, right: str) -> Agreement:
    """ALIKE: the same name at another provider, or a typing error in the letters; other digits are another person."""
    if left == right:
        return SAME
    if left.partition("@")[0] == right.partition("@")[0]:
        return ALIKE
    is_typo = OSA.distance(left, right, score_cutoff=1) <= 1 and _digits(left) == _digits(right)
    return ALIKE if is_typo else DIFFERENT


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))


def _text(left: str, right: str) -> Agreement:
    if not left or not right:
        return MISSING
    if left == right:
        return SAME
    return ALIKE if fuzz.ratio(left, right, score_cutoff=ALIKE_TEXT) else DIFFERENT


def _code(left: str, right: str) -> Agreement:
    if not left or not right:
        return MISSING
    if left == right:
        return SAME
    return ALIKE if OSA.distance(left, right, score_cutoff=1) <= 1 else DIFFERENT
