"""E-mails, phones and addresses of a row: several in a cell, several columns to one, labels, one primary each."""

import re
from collections.abc import Iterator
from functools import lru_cache

from contacts_service.contacts.values import (
    InvalidValue,
    ascii_digits,
    check_length,
    clean_text,
    parse_country,
    parse_email,
    read_phone,
)
from contacts_service.imports.plans import Entry, Reading
from contacts_service.imports.records import ContactRow

MAX_ITEMS = 20

_GOOGLE_LIST = " ::: "
_EMAIL_LIST = re.compile(r":::|[;,|\n]")
_PHONE_LIST = re.compile(r":::|[;|\n]|,(?=(?:[^\d,;]*\d){7})|\s(?:or|หรือ)\s|/\s*(?=0\d|\+)")
_ADDRESSEE = re.compile(r"[^<>]*<([^<>]+)>")


def read_emails(reading: Reading) -> list[ContactRow]:
    items: dict[str, ContactRow] = {}
    for entry in reading.plan.emails:
        for position, _ in entry.columns:
            if text := reading.cells[position].strip():
                label, is_starred = _label(reading, entry)
                for value in _emails(reading, position, text):
                    _add(items, value, {"value": value}, label=label, is_starred=is_starred)
    return _with_primary(list(items.values()))


def read_phones(reading: Reading) -> list[ContactRow]:
    items: dict[str, ContactRow] = {}
    for entry in reading.plan.phones:
        for position, _ in entry.columns:
            if text := reading.cells[position].strip():
                label, is_starred = _label(reading, entry)
                for item in _phones(reading, position, text):
                    _add(items, item["value"], item, label=label, is_starred=is_starred)
    return _with_primary(list(items.values()))


def read_addresses(reading: Reading) -> list[ContactRow]:
    items: dict[str, ContactRow] = {}
    for entry in reading.plan.addresses:
        if found := _addresses(reading, entry):
            label, is_starred = _label(reading, entry)
            for address in found:
                _add(items, repr(address), address, label=label, is_starred=is_starred)
    return _with_primary(list(items.values()))


def _emails(reading: Reading, position: int, text: str) -> Iterator[str]:
    for part in (text,) if _is_single(text) else filter(str.strip, _EMAIL_LIST.split(text)):
        try:
            yield parse_email(_without_name(part))
        except InvalidValue as error:
            reading.fail(position, error)


def _phones(reading: Reading, position: int, text: str) -> Iterator[ContactRow]:
    for part in filter(str.strip, _PHONE_LIST.split(text)):
        try:
            phone = read_phone(part, reading.plan.region)
        except InvalidValue as error:
            reading.fail(position, error)
            continue
        yield {"value": phone.value, "extension": phone.extension} if phone.extension else {"value": phone.value}


def _addresses(reading: Reading, entry: Entry) -> list[ContactRow]:
    """Google writes several addresses of one label into each cell, parted by ':::' in the same order."""
    found: list[ContactRow] = []
    for position, part in entry.columns:
        text = reading.cells[position]
        if not text or (part == "formatted" and any(found)):
            continue
        pieces = text.split(_GOOGLE_LIST) if ":::" in text else (text,)
        found.extend({} for _ in range(len(pieces) - len(found)))
        for address, piece in zip(found, pieces, strict=False):
            _add_part(reading, address, position, part, piece)
    return [address for address in found if address]


def _add_part(reading: Reading, address: ContactRow, position: int, part: str, text: str) -> None:
    name = "street" if part == "formatted" else part
    line = ", ".join(filter(None, map(clean_text, text.splitlines()))) if "\n" in text else clean_text(text)
    if line and name in address:
        line = f"{address[name]}, {line}"
    try:
        value = parse_country(line) if name == "country" else check_length(name, line)
    except InvalidValue as error:
        reading.fail(position, error)
        return
    if value:
        address[name] = ascii_digits(value) if name == "postal_code" else value


def _is_single(text: str) -> bool:
    return not any(separator in text for separator in ":;,|\n")


def _without_name(text: str) -> str:
    match = _ADDRESSEE.fullmatch(text) if "<" in text else None
    return match[1] if match else text


def _label(reading: Reading, entry: Entry) -> tuple[str | None, bool]:
    """Google marks the primary one with a star: '* Work'."""
    text = reading.cells[entry.label_at] if entry.label_at is not None else ""
    if not text or entry.label_at is None:
        return entry.label, False
    try:
        return _clean_label(text[:200]) or entry.label, text.startswith("* ")
    except InvalidValue as error:
        reading.fail(entry.label_at, error)
        return None, False


@lru_cache(maxsize=1_000)
def _clean_label(text: str) -> str:
    label = clean_text(text.split(_GOOGLE_LIST)[0].removeprefix("* "))
    return check_length("label", label.lower().replace(" ", "_") if label.isascii() else label)


def _add(items: dict[str, ContactRow], key: str, item: ContactRow, *, label: str | None, is_starred: bool) -> None:
    known = items.setdefault(key, item)
    if label and "label" not in known:
        known["label"] = label
    if is_starred or "primary" not in known:
        known["primary"] = is_starred or known.get("primary", False)


def _with_primary(items: list[ContactRow]) -> list[ContactRow]:
    """Exactly one: the first starred one, or the first."""
    first = next((item for item in items if item["primary"]), items[0]) if items else None
    for item in items:
        item["primary"] = item is first
    return items
