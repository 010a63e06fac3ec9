"""Calendar months in a time zone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Self
from zoneinfo import ZoneInfo, available_timezones

from shared.errors import FieldError, UnprocessableError

MOST_MONTHS = 240
NOT_ZONES = frozenset({"localtime", "posixrules", "Factory"})


class BadRange(UnprocessableError):
    code = "bad_range"


@dataclass(frozen=True, slots=True, order=True)
class Month:
    year: int
    number: int

    @classmethod
    def read(cls, text: str) -> Self:
        """`text` is YYYY-MM."""
        return cls(int(text[:4]), int(text[5:]))

    @classmethod
    def current(cls, zone: ZoneInfo) -> Self:
        today = datetime.now(zone)
        return cls(today.year, today.month)

    def plus(self, months: int) -> "Month":
        years, month = divmod(self.year * 12 + self.number - 1 + months, 12)
        return Month(years, month + 1)

    def until(self, last: "Month") -> Iterator["Month"]:
        """This month to `last`, both included."""
        count = (last.year - self.year) * 12 + last.number - self.number + 1
        return (self.plus(offset) for offset in range(count))

    def starts_at(self, zone: ZoneInfo) -> datetime:
        return datetime(self.year, self.number, 1, tzinfo=zone).astimezone(UTC)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"


@dataclass(frozen=True, slots=True)
class Range:
    """Months from `first` to `last`, both included, with their borders in `zone`."""

    first: Month
    last: Month
    zone: ZoneInfo


FIRST = Month(1900, 1)
"""The earliest that can be asked for."""


def read_range(first: str | None, last: str | None, time_zone: str) -> Range:
    """The last twelve months unless the ends are given. Raises BadRange."""
    zone = ZoneInfo(time_zone)
    end = Month.read(last) if last else Month.current(zone)
    start = Month.read(first) if first else max(end.plus(-11), FIRST)
    if start > end:
        raise _bad("from", f"from {start} lies after to {end}. Swap them.")
    if start.plus(MOST_MONTHS) <= end:
        raise _bad("from", f"from {start} to {end} is more than {MOST_MONTHS} months. Ask for a shorter range.")
    return Range(start, end, zone)


def _bad(parameter: str, detail: str) -> BadRange:
    return BadRange(detail, errors=[FieldError("bad_range", detail, parameter=parameter)])


def known_zone(name: str) -> str:
    """Raises ValueError."""
    if name not in _zones():
        raise ValueError("is not an IANA time zone such as Asia/Bangkok or UTC")
    return name


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones()) - NOT_ZONES
