"""Cells of order files as values. Pure functions; each raises BadCell, which names the cure."""

import re
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from zoneinfo import ZoneInfo

from interaction_service.orders.models import OrderStatus

BUDDHIST_YEARS = 543
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_COMPACT_DAY = re.compile(r"\d{8}")
_ISO = re.compile(r"\d{4}-\d{1,2}-\d{1,2}")
_DAY = re.compile(r"(\d{1,4})[/.-](\d{1,2})[/.-](\d{1,4})(?:[ T]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?")
_CURRENCY = re.compile(r"[A-Z]{3}")


class BadCell(ValueError):
    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


def read_text(text: str, most: int) -> str:
    """One line."""
    plain = " ".join(text.replace("\0", "").split())
    if len(plain) > most:
        raise BadCell("too_long", f"The text has {len(plain)} characters, {most} are possible. Shorten it.")
    return plain


def read_key(text: str, most: int) -> str:
    """An id; what a spreadsheet or pandas made of it (17850.0) is undone."""
    plain = read_text(text, most)
    return plain[:-2] if plain.endswith(".0") and plain[:-2].isdecimal() else plain


def read_number(text: str, *, places: int) -> Decimal:
    """Digits of any script, thousands separated by commas or not."""
    plain = text.replace(" ", "").replace("\xa0", "")
    if _GROUPED.fullmatch(plain):
        plain = plain.replace(",", "")
    try:
        value = Decimal(plain)
    except InvalidOperation:
        raise BadCell("not_a_number", f"{text[:50]!r} is not a number. Write it like 1234.50.") from None
    if not value.is_finite() or abs(value) >= 10**15:
        raise BadCell("not_a_number", f"{text[:50]!r} is not a number below 10^15.")
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and -exponent > places and value != round(value, places):
        raise BadCell("too_many_places", f"{text[:50]!r} has more than {places} decimal places. Round it.")
    return round(value, places) if isinstance(exponent, int) and -exponent > places else value


def read_currency(text: str) -> str:
    plain = text.strip().upper()
    if not _CURRENCY.fullmatch(plain):
        raise BadCell("not_a_currency", f"{text[:20]!r} is not a currency. Write its ISO 4217 code, such as THB.")
    return plain


def read_status(text: str) -> str:
    plain = text.strip().lower()
    if plain not in set(OrderStatus):
        raise BadCell("not_a_status", f"{text[:20]!r} is not a status. Write one of: {', '.join(OrderStatus)}.")
    return plain


@lru_cache(maxsize=50_000)
def read_instant(text: str, *, zone: ZoneInfo, day_first: bool) -> datetime:
    """ISO 8601, YYYYMMDD, or day/month/year (month first if not `day_first`) with a time or not; Buddhist years too.

    An instant without an offset is local to the zone; a day is its first moment.
    """
    plain = text.strip()
    try:
        moment = _parse(plain, day_first=day_first)
    except (ValueError, OverflowError):
        raise BadCell(
            "not_a_date", f"{text[:50]!r} is not a date. Write it like 2026-11-22 or 22/11/2026 14:30."
        ) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    if not 1900 <= moment.year < 2200:
        raise BadCell("not_a_date", f"{text[:50]!r} is not in the years from 1900 to 2199.")
    return moment.astimezone(UTC)


def _parse(text: str, *, day_first: bool) -> datetime:
    if _COMPACT_DAY.fullmatch(text):
        return _moment(int(text[:4]), int(text[4:6]), int(text[6:]))
    if _ISO.match(text) and len(text) > 16 and (text[-1] == "Z" or text[-6] in "+-"):
        return datetime.fromisoformat(text)
    found = _DAY.fullmatch(text)
    if found is None:
        raise ValueError(text)
    first, second, third = (int(found[part]) for part in (1, 2, 3))
    if len(found[1]) == 4:
        year, month, day = first, second, third
    else:
        day, month, year = (first, second, third) if day_first else (second, first, third)
    return _moment(year, month, day, *(int(found[part] or 0) for part in (4, 5, 6)))


def _moment(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    if year < 100:
        year += 2000
    if year > 2400:
        year -= BUDDHIST_YEARS
    return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - the zone follows
