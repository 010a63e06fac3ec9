"""A person as the comparison sees one, whatever table, row of an import or file it comes from."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from contacts_service.contacts.birthdays import InvalidBirthday, parse_birthday
from contacts_service.contacts.names import split_title
from contacts_service.contacts.phones import InvalidPhone, read_phone
from contacts_service.contacts.texts import ascii_digits, clean_text, fold_search
from contacts_service.matching.romanising import romanise
from contacts_service.matching.sounds import respell, sound_of

_NOT_DIGIT = re.compile(r"\D")
_WRITTEN_DAY = re.compile(r"\d{8}")
_STREET_WORDS = {
    "st": "street", "rd": "road", "ave": "avenue", "pl": "place", "cres": "crescent", "cct": "circuit", "dr": "drive",
    "soi": "", "so": "", "s": "", "thanon": "", "th": "", "moo": "mu", "m": "mu",
}  # fmt: skip


class Name(NamedTuple):
    """`written` is folded in its own script, `text` in Latin letters; other spellings share `spelling` and `sound`."""

    shown: str
    written: str
    text: str
    spelling: str
    sound: str


NAMELESS = Name("", "", "", "", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Unknown values are empty. `birthday` is YYYYMMDD as far as it could be read, ---- for a year not told."""

    id: str
    given: Name = NAMELESS
    family: Name = NAMELESS
    birthday: str = ""
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    house: str = ""
    street: str = ""
    district: str = ""
    province: str = ""
    postcode: str = ""


@lru_cache(maxsize=20_000)
def name_of(text: str) -> Name:
    """Without titles, accents, tone marks and case; Thai by its sound in Latin letters."""
    shown = split_title(clean_text(text))[1]
    plain = latin(shown)
    return Name(shown, fold_search(shown), plain, respell(plain).replace(" ", ""), sound_of(plain))


@lru_cache(maxsize=20_000)
def latin(text: str) -> str:
    """Folded, Thai romanised."""
    return fold_search(romanise(clean_text(text)))


@lru_cache(maxsize=20_000)
def street_of(text: str) -> str:
    """The words of a street in one spelling of its kind, without house numbers' separators."""
    words = (_STREET_WORDS.get(word, word) for word in latin(text).split())
    return " ".join(filter(None, words))


def birthday_of(text: str) -> str:
    """Digits of the day; an impossible one of eight digits stays as it is, for a slip of the pen hides in it."""
    plain = clean_text(text)
    if not plain:
        return ""
    try:
        day = parse_birthday(plain)
    except InvalidBirthday:
        digits = _NOT_DIGIT.sub("", ascii_digits(plain))
        return digits if _WRITTEN_DAY.fullmatch(digits) else ""
    return day_of(day.year, day.month, day.day)


def day_of(year: int | None, month: int, day: int) -> str:
    return f"{year or '----'}{month:02}{day:02}"


def phone_of(text: str) -> str:
    """E.164 without its extension; what cannot be read stays digits."""
    try:
        return read_phone(text).value
    except InvalidPhone:
        return _NOT_DIGIT.sub("", ascii_digits(text))


def email_of(text: str) -> str:
    """Lower case, without +tags, and without the dots that Gmail ignores."""
    local, _, domain = clean_text(text).casefold().rpartition("@")
    local = local.partition("+")[0]
    if domain in ("gmail.com", "googlemail.com"):
        local, domain = local.replace(".", ""), "gmail.com"
    return f"{local}@{domain}" if local and domain else ""


def known(values: Iterable[str]) -> tuple[str, ...]:
    """The distinct values that say something."""
    return tuple(dict.fromkeys(filter(None, values)))
