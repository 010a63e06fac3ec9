"""Birthdays as Thai and European people write them, with or without a year, Buddhist or Common Era."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from contacts_service.contacts.texts import InvalidValue, ascii_digits, clean_text, shorten

BUDDHIST_YEARS = range(2400, 2601)
BUDDHIST_OFFSET = 543
EARLIEST_YEAR = 1850
APPLE_NO_YEAR = 1604

_MAX_CHARS = 60
_ISO = re.compile(
    r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_NO_YEAR = re.compile(r"--(\d{1,2})-?(\d{2})")
_NUMERIC = re.compile(r"(\d{1,2})\s?[-/.]\s?(\d{1,2})(?:\s?[-/.]\s?(\d{4}))?(?: 0?0:00(?::00)?)?")
_DAY_FIRST = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[\s\-/]*(?:of )?([^\W\d][^\d\s,/\-]*)[\s,\-/]*(\d{4})?")
_MONTH_FIRST = re.compile(r"([^\W\d][^\d\s,/\-]*)[\s\-/]*(\d{1,2})(?:st|nd|rd|th)?(?:[\s,\-/]+(\d{4}))?")
_NOISE = re.compile(r"^วันที่\s*|^เกิด\s*|พุทธศักราช|คริสต์ศักราช|พ\.\s?ศ\.?|ค\.\s?ศ\.?|\b(?:A\.?D|C\.?E|B\.?E)\b\.?|เดือน")

_THAI_MONTHS = (
    "มกราคม มกรา ม.ค.|กุมภาพันธ์ กุมภา ก.พ.|มีนาคม มีนา มี.ค.|เมษายน เมษา เม.ย.|พฤษภาคม พฤษภา พ.ค.|มิถุนายน มิถุนา มิ.ย.|"
    "กรกฎาคม กรกฎา ก.ค.|สิงหาคม สิงหา ส.ค.|กันยายน กันยา ก.ย.|ตุลาคม ตุลา ต.ค.|พฤศจิกายน พฤศจิกา พ.ย.|ธันวาคม ธันวา ธ.ค."
)
_ENGLISH_MONTHS = (
    "january jan|february feb|march mar|april apr|may|june jun|july jul|august aug|september sept sep|october oct|"
    "november nov|december dec"
)


class InvalidBirthday(InvalidValue):
    code = "invalid_birthday"


class Birthday(NamedTuple):
    """`year` is Common Era, None where it was not told."""

    year: int | None
    month: int
    day: int


def parse_birthday(text: str, *, day_first: bool = True, today: date | None = None) -> Birthday:
    """Where 3/4/1987 could be two days, `day_first` decides; 5/14/1987 can only be one and is read as that.

    Years 2400 to 2600 are Buddhist. Raises InvalidBirthday: impossible, after `today`, or with a two-digit year.
    """
    if len(text) > _MAX_CHARS:
        raise _unreadable(text)
    plain = " ".join(_NOISE.sub(" ", ascii_digits(clean_text(text))).split())
    parts = _written(plain) or _numeric(plain, day_first=day_first) or _named(plain)
    if parts is None:
        raise _unreadable(text)
    return _checked(parts, text, today or datetime.now(UTC).date() + timedelta(days=1))


def check_birthday(birthday: Birthday, *, today: date | None = None) -> Birthday:
    """The same rules for a birthday that comes in parts."""
    shown = f"{birthday.year or '-'}-{birthday.month:02}-{birthday.day:02}"
    return _checked(birthday, shown, today or datetime.now(UTC).date() + timedelta(days=1))


def _written(text: str) -> Birthday | None:
    if match := _ISO.fullmatch(text):
        return Birthday(int(match[1]), int(match[3]), int(match[4]))
    if match := _COMPACT.fullmatch(text):
        return Birthday(int(match[1]), int(match[2]), int(match[3]))
    if match := _NO_YEAR.fullmatch(text):
        return Birthday(None, int(match[1]), int(match[2]))
    return None


def _numeric(text: str, *, day_first: bool) -> Birthday | None:
    match = _NUMERIC.fullmatch(text)
    if match is None:
        return None
    first, second = int(match[1]), int(match[2])
    day, month = (first, second) if day_first else (second, first)
    if month > 12 >= day:
        day, month = month, day
    return Birthday(int(match[3]) if match[3] else None, month, day)


def _named(text: str) -> Birthday | None:
    if match := _DAY_FIRST.fullmatch(text):
        day, name, year = match.groups()
    elif match := _MONTH_FIRST.fullmatch(text):
        name, day, year = match.groups()
    else:
        return None
    month = MONTHS.get(_month_key(name))
    return Birthday(int(year) if year else None, month, int(day)) if month else None


def _checked(birthday: Birthday, text: str, latest: date) -> Birthday:
    year = _common_era(birthday.year)
    try:
        day = date(year or 2000, birthday.month, birthday.day)
    except ValueError:
        raise InvalidBirthday(f"'{shorten(text)}' is a day that no calendar has. Correct day and month.") from None
    if year is not None and year < EARLIEST_YEAR:
        raise InvalidBirthday(f"'{shorten(text)}' is before {EARLIEST_YEAR}. Correct the year.")
    if year is not None and day > latest:
        raise InvalidBirthday(f"'{shorten(text)}' is in the future. Correct the year.")
    return Birthday(year, birthday.month, birthday.day)


def _common_era(year: int | None) -> int | None:
    if year is None or year == APPLE_NO_YEAR:
        return None
    return year - BUDDHIST_OFFSET if year in BUDDHIST_YEARS else year


def _unreadable(text: str) -> InvalidBirthday:
    return InvalidBirthday(
        f"'{shorten(text)}' is not a birthday. Write 1987-05-14, 14/05/1987, 14 พ.ค. 2530, or --05-14 without a year; "
        "years need four digits."
    )


def _month_key(name: str) -> str:
    return name.lower().replace(".", "")


def _months() -> dict[str, int]:
    groups = (_THAI_MONTHS.split("|"), _ENGLISH_MONTHS.split("|"))
    return {
        _month_key(name): number for group in groups for number, names in enumerate(group, 1) for name in names.split()
    }


MONTHS = _months()
