"""Reading the value of a custom field: typed, in one form. Pure, no I/O.

How texts, e-mails and phone numbers are read is the caller's: a file of another country reads phones its own way.
"""

import math
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from contacts_service.fields.definitions import Definition
from contacts_service.fields.models import ValueType
from shared.instants import rfc3339

MAX_TEXT = 500
"""Characters; what fits into an index."""
MAX_NUMBER = 10**15
"""Beyond, not every whole number has a floating-point number of its own."""
MAX_AMOUNT = Decimal(10) ** 12
MAX_DECIMALS = 3

Parsers = Mapping[ValueType, Callable[[str], str]]
"""For TEXT, EMAIL and PHONE. They raise ValueError with a `detail`."""


class InvalidValue(ValueError):
    """`detail` says what would be right."""

    def __init__(self, detail: str, code: str = "invalid_value") -> None:
        super().__init__(detail)
        self.code, self.detail = code, detail


def read_value(field: Definition, raw: Any, parsers: Parsers, known: Any = None) -> Any:
    """As it is stored. `known` is the record's own value: its retired options may stay. Raises InvalidValue."""
    return _READERS[field.value_type](field, raw, parsers, known)


def _text(field: Definition, raw: Any, parsers: Parsers, _: Any) -> str:
    most = int(field.limits.get("max_length") or MAX_TEXT)
    return _parsed(field, raw, parsers, "takes a text that is not empty", most)


def _contact_point(field: Definition, raw: Any, parsers: Parsers, _: Any) -> str:
    return _parsed(field, raw, parsers, f"takes a text with the {field.value_type.value}", MAX_TEXT)


def _parsed(field: Definition, raw: Any, parsers: Parsers, takes: str, most: int) -> str:
    if not isinstance(raw, str) or not raw.strip():
        raise InvalidValue(f"{field.key} {takes}, or null.")
    if len(raw) > most:
        raise InvalidValue(f"{field.key} takes at most {most} characters; shorten it.", "too_long")
    try:
        return parsers[field.value_type](raw)
    except ValueError as error:
        raise InvalidValue(str(error), getattr(error, "code", "invalid_value")) from error


def _number(field: Definition, raw: Any, *_: Any) -> float:
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not math.isfinite(raw):
        raise InvalidValue(f"{field.key} takes a number such as 12.5, without quotes.")
    if abs(raw) > MAX_NUMBER:
        raise InvalidValue(f"{field.key} takes a number up to {MAX_NUMBER}.", "out_of_range")
    number = int(raw) if float(raw).is_integer() else raw
    _check_bounds(field, number)
    return number


def _check_bounds(field: Definition, number: Any) -> None:
    low, high = field.limits.get("minimum"), field.limits.get("maximum")
    if low is not None and number < low:
        raise InvalidValue(f"{field.key} takes at least {low:g}.", "out_of_range")
    if high is not None and number > high:
        raise InvalidValue(f"{field.key} takes at most {high:g}.", "out_of_range")


def _money(field: Definition, raw: Any, *_: Any) -> dict[str, str]:
    detail = f'{field.key} takes an amount and its currency: {{"amount": "12.30", "currency": "{field.currency}"}}.'
    if not isinstance(raw, dict) or raw.keys() != {"amount", "currency"} or raw["currency"] != field.currency:
        raise InvalidValue(detail)
    amount = _amount(raw["amount"])
    if amount is None:
        raise InvalidValue(f"{detail} At most {MAX_DECIMALS} decimals, below {MAX_AMOUNT:,}.")
    _check_bounds(field, amount)
    return {"amount": str(amount), "currency": raw["currency"]}


def _amount(raw: Any) -> Decimal | None:
    if not isinstance(raw, str) or not re.fullmatch(r"-?\d{1,13}(\.\d{1,3})?", raw):
        return None
    try:
        amount = Decimal(raw)
    except InvalidOperation:
        return None
    shown = amount.quantize(Decimal("0.01")) if amount == amount.quantize(Decimal("0.01")) else amount
    return shown if abs(amount) < MAX_AMOUNT else None


def _date(field: Definition, raw: Any, *_: Any) -> str:
    try:
        return date.fromisoformat(raw).isoformat() if len(raw) == len("2026-01-31") else _refuse_date(field)
    except (TypeError, ValueError):
        return _refuse_date(field)


def _refuse_date(field: Definition) -> str:
    raise InvalidValue(f"{field.key} takes a date such as 2026-01-31.")


def _instant(field: Definition, raw: Any, *_: Any) -> str:
    detail = f"{field.key} takes an instant such as 2026-01-31T09:30:00Z."
    try:
        moment = datetime.fromisoformat(raw)
        shown = rfc3339(moment)
    except (TypeError, ValueError, OverflowError):
        raise InvalidValue(detail) from None
    if "T" not in raw or moment.tzinfo is None:
        raise InvalidValue(detail)
    return shown


def _boolean(field: Definition, raw: Any, *_: Any) -> bool:
    if not isinstance(raw, bool):
        raise InvalidValue(f"{field.key} takes true or false, without quotes.")
    return raw


def _choice(field: Definition, raw: Any, _: Any, known: Any) -> str:
    option = field.options.get(raw) if isinstance(raw, str) else None
    if option is None or (option.retired and raw != known):
        open_ones = ", ".join(each.key for each in field.options.values() if not each.retired)
        raise InvalidValue(f"{field.key} takes one of: {open_ones}.", "unknown_option")
    return option.key


def _choices(field: Definition, raw: Any, parsers: Parsers, known: Any) -> list[str]:
    if not isinstance(raw, list) or not raw:
        raise InvalidValue(f"{field.key} takes a list of options with at least one, or null.")
    kept = set(known or ())
    found = (_choice(field, each, parsers, each if isinstance(each, str) and each in kept else None) for each in raw)
    return list(dict.fromkeys(found))


def _url(field: Definition, raw: Any, parsers: Parsers, _: Any) -> str:
    detail = f"{field.key} takes a web address such as https://www.example.com."
    if not isinstance(raw, str) or len(raw) > MAX_TEXT or any(char.isspace() for char in raw.strip()):
        raise InvalidValue(detail)
    address = parsers[ValueType.TEXT](raw)
    try:
        parts = urlsplit(address)
        is_whole = (
            parts.scheme.lower() in ("http", "https")
            and bool(parts.hostname)
            and "@" not in parts.netloc
            and parts.port != 0
        )
    except ValueError:
        is_whole = False
    if not is_whole or "@" in parts.netloc:
        raise InvalidValue(detail)
    return parts._replace(scheme=parts.scheme.lower(), netloc=parts.netloc.lower()).geturl()


def _reference(field: Definition, raw: Any, *_: Any) -> str:
    try:
        return str(UUID(raw))
    except (ValueError, AttributeError, TypeError):
        raise InvalidValue(f"{field.key} takes the id of a {field.target}.") from None


_READERS: Mapping[ValueType, Callable[[Definition, Any, Parsers, Any], Any]] = {
    ValueType.TEXT: _text,
    ValueType.NUMBER: _number,
    ValueType.MONEY: _money,
    ValueType.DATE: _date,
    ValueType.INSTANT: _instant,
    ValueType.BOOLEAN: _boolean,
    ValueType.CHOICE: _choice,
    ValueType.CHOICES: _choices,
    ValueType.EMAIL: _contact_point,
    ValueType.PHONE: _contact_point,
    ValueType.URL: _url,
    ValueType.REFERENCE: _reference,
}
