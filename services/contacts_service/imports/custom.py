"""Cells of columns that fill custom fields: numbers, days and options as people write them in Thai and English."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from contacts_service.contacts import values as contact_values
from contacts_service.contacts.custom import PARSERS
from contacts_service.contacts.values import ascii_digits, clean_text, fold_search, parse_birthday, read_phone
from contacts_service.fields.definitions import Definition
from contacts_service.fields.models import ValueType
from contacts_service.fields.values import InvalidValue, Parsers, read_value
from contacts_service.imports.plans import Reading

YES = frozenset("true yes y 1 x ใช่ จริง มี ✓".split())
NO = frozenset("false no n 0 - ไม่ ไม่ใช่ เท็จ ไม่มี".split())
FAR = date(9999, 12, 31)
_LIST = re.compile(r"[;,|\n]")
_MONEY = re.compile(r"[\s,฿]|บาท|[A-Za-z]{3}\b")


def read_custom(reading: Reading) -> dict[str, Any]:
    """By key. What cannot be read is an error of the row."""
    found: dict[str, Any] = {}
    if not reading.plan.custom:
        return found
    parsers: Parsers = {**PARSERS, ValueType.PHONE: lambda text: read_phone(text, reading.plan.region).value}
    for position, field in reading.plan.custom:
        if text := reading.cells[position].strip():
            try:
                raw = _RAW.get(field.value_type, _as_it_is)(field, text, reading.plan.day_first)
                found[field.key] = read_value(field, raw, parsers)
            except InvalidValue as error:
                reading.refuse(position, error.code, error.detail)
    return found


def _as_it_is(_: Definition, text: str, __: bool) -> Any:
    return text


def _number(_: Definition, text: str, __: bool) -> Any:
    try:
        return float(re.sub(r"[\s,]", "", ascii_digits(text)))
    except ValueError:
        return text


def _money(field: Definition, text: str, _: bool) -> Any:
    return {"amount": _MONEY.sub("", ascii_digits(text)), "currency": field.currency}


def _date(field: Definition, text: str, day_first: bool) -> Any:
    try:
        day = parse_birthday(text, day_first=day_first, today=FAR)
    except contact_values.InvalidValue:
        day = None
    if day is None or day.year is None:
        raise InvalidValue(f"{field.key} takes a date: 2026-01-31, 31/01/2026 or 31 ม.ค. 2569.")
    return date(day.year, day.month, day.day).isoformat()


def _instant(_: Definition, text: str, __: bool) -> Any:
    return text.replace(" ", "T", 1)


def _boolean(field: Definition, text: str, _: bool) -> Any:
    word = text.casefold()
    if word not in YES | NO:
        raise InvalidValue(f"{field.key} takes yes or no (ใช่ or ไม่).")
    return word in YES


def _choice(field: Definition, text: str, _: bool) -> Any:
    """By its key or by what it is called."""
    wanted = fold_search(clean_text(text))
    for option in field.options.values():
        if wanted in {fold_search(name) for name in (option.key, *option.labels.values())}:
            return option.key
    return text


def _choices(field: Definition, text: str, day_first: bool) -> Any:
    return [_choice(field, part, day_first) for part in _LIST.split(text) if part.strip()]


_RAW: Mapping[ValueType, Callable[[Definition, str, bool], Any]] = {
    ValueType.NUMBER: _number,
    ValueType.MONEY: _money,
    ValueType.DATE: _date,
    ValueType.INSTANT: _instant,
    ValueType.BOOLEAN: _boolean,
    ValueType.CHOICE: _choice,
    ValueType.CHOICES: _choices,
}
