"""Two people compared, field by field: how far the values agree."""

from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import NamedTuple

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA, JaroWinkler

from contacts_service.duplicates.people import Name, Person

LONG_NAME = 10
NEAR_NAME = 0.85
ALIKE_BY_SOUND = 60
ALIKE_TEXT = 85
MIN_TYPO_CHARS = 4


class Agreement(IntEnum):
    """MISSING says nothing for or against; the others are how closely two known values agree."""

    MISSING = 0
    SAME = 1
    ALIKE = 2
    NEAR = 3
    SWAPPED = 4
    DIFFERENT = 5


MISSING, SAME, ALIKE, NEAR, SWAPPED, DIFFERENT = Agreement


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


def compare_names(left: Person, right: Person) -> tuple[Agreement, Agreement]:
    """Given and family name; SWAPPED where one's given name is the other's family name and nothing speaks against.

    If that is all that is known, it was a family name: one side says so.
    """
    given, family = compare_name(left.given, right.given), compare_name(left.family, right.family)
    if given in _UNLIKE and family in _UNLIKE:
        crossed = compare_name(left.given, right.family), compare_name(left.family, right.given)
        if DIFFERENT not in crossed and (SAME in crossed or ALIKE in crossed):
            return (MISSING if MISSING in crossed else SWAPPED), SWAPPED
    return given, family


def compare_name(left: Name, right: Name) -> Agreement:
    """ALIKE: one typing error, or one sound; NEAR: close in spelling, an initial, or one of several names.

    Between scripts only sound can be compared; two Thai names are compared as they are written.
    """
    if not left.text or not right.text:
        return MISSING
    if left.written == right.written or left.text == right.text:
        return SAME
    if left.spelling == right.spelling:
        return ALIKE
    one, other = _comparable(left, right)
    if _is_typo(one, other) or _sounds_alike(left, right):
        return ALIKE
    is_near = JaroWinkler.similarity(one, other) >= NEAR_NAME
    return NEAR if is_near or _is_part(left.text, right.text) else DIFFERENT


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


_UNLIKE = (MISSING, DIFFERENT)


def _comparable(left: Name, right: Name) -> tuple[str, str]:
    if left.written.isascii() or right.written.isascii():
        return left.spelling, right.spelling
    return left.written, right.written


def _sounds_alike(left: Name, right: Name) -> bool:
    """Only between scripts: in one script, names of one rough sound are different names, as Karl and Karen."""
    if left.written.isascii() == right.written.isascii() or left.sound != right.sound:
        return False
    return fuzz.ratio(left.spelling, right.spelling) >= ALIKE_BY_SOUND


def _is_typo(left: str, right: str) -> bool:
    """One edit in a name, two in a long one; none in the shortest, where it makes another name."""
    shorter = min(len(left), len(right))
    allowed = 0 if shorter < MIN_TYPO_CHARS else 1 if shorter < LONG_NAME else 2
    return bool(left) and OSA.distance(left, right, score_cutoff=allowed) <= allowed


def _is_part(left: str, right: str) -> bool:
    shorter, longer = sorted((left.split(), right.split()), key=len)
    if len(shorter[0]) == 1 or len(longer[0]) == 1:
        return shorter[0][0] == longer[0][0]
    return len(longer) > len(shorter) and set(shorter) <= set(longer)


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
