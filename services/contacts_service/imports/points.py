"""E-mails, phones and addresses of a row: several in a cell, several columns to one, labels, one primary each."""

import re
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
_EMAIL_LIST = re.compile(r"\s*(?::::|[;,|\n])\s*")
_PHONE_LIST = re.compile(r"\s*(?::::|[;|\n]|,(?=(?:[^\d,;]*\d){7})|\s(?:or|หรือ)\s|/\s*(?=0\d|\+))\s*")
_ADDRESSEE = re.compile(r"[^<>]*<([^<>]+)>")


def read_emails(reading: Reading) -> list[ContactRow]:
    items: dict[str, ContactRow] = {}
    for entry in reading.plan.emails:
        for position, text in _cells(reading, entry, "value"):
            label, is_starred = _label(reading, entry)
            for part in _EMAIL_LIST.split(text) if not _is_single(text) else (text,):
                try:
                    value = parse_email(_without_name(part)) if part else None
                except InvalidValue as error:
                    reading.fail(position, error)
                    continue
                if value is not None:
                    _add(items, value, {"value": value}, label=label, is_starred=is_starred)
    return _with_primary(list(items.values()))


def read_phones(reading: Reading) -> list[ContactRow]:
    items: dict[str, ContactRow] = {}
    for entry in reading.plan.phones:
        for position, text in _cells(reading, entry, "value"):
            label, is_starred = _label(reading, entry)
            for part in _PHONE_LIST.split(text):
                try:
                    phone = read_phone(part, reading.plan.region) if part else None
                except InvalidValue as error:
                    reading.fail(position, error)
                    continue
                if phone is not None:
                    item = {"value": phone.value, **({"extension": phone.extension} if phone.extension else {})}
                    _add(items, phone.value, item, label=label, is_starred=is_starred)
    return _with_primary(list(items.values()))


def read_addresses(reading: Reading) -> list[ContactRow]:
    items: dict[str, ContactRow] = {}
    for entry in reading.plan.addresses:
        label, is_starred = _label(reading, entry)
        for address in _addresses(reading, entry):
            _add(items, repr(address), address, label=label, is_starred=is_starred)
    return _with_primary(list(items.values()))


def _addresses(reading: Reading, entry: Entry) -> list[ContactRow]:
    """Google writes several addresses of one label into each cell, parted by ':::' in the same order."""
    found: list[ContactRow] = []
    for part in entry.parts:
        for position, text in _cells(reading, entry, part):
            for index, piece in enumerate(text.split(_GOOGLE_LIST) if ":::" in text else (text,)):
                found.extend({} for _ in range(index + 1 - len(found)))
                _add_part(reading, found[index], position, part, piece)
    return [address for address in map(_settled, found) if address]


def _add_part(reading: Reading, address: ContactRow, position: int, part: str, text: str) -> None:
    if part == "label":
        return
    line = ", ".join(filter(None, map(clean_text, text.splitlines()))) if "\n" in text else clean_text(text)
    if part in address and line:
        line = f"{address[part]}, {line}"
    try:
        value = parse_country(line) if part == "country" else _address_text(part, line)
    except InvalidValue as error:
        reading.fail(position, error)
        return
    if value:
        address[part] = value


def _address_text(part: str, text: str) -> str:
    text = ascii_digits(text) if part == "postal_code" else text
    return check_length("street" if part == "formatted" else part, text)


def _settled(address: ContactRow) -> ContactRow:
    """The formatted text repeats the parts; it counts only where there are none."""
    formatted = address.pop("formatted", None)
    return address if address or not formatted else {"street": formatted}


def _cells(reading: Reading, entry: Entry, part: str) -> list[tuple[int, str]]:
    cells = reading.cells
    return [(p, cells[p]) for p in entry.parts.get(part, ()) if cells[p] and not cells[p].isspace()]


def _is_single(text: str) -> bool:
    return not any(separator in text for separator in ":;,|\n")


def _without_name(text: str) -> str:
    match = _ADDRESSEE.fullmatch(text) if "<" in text else None
    return match[1] if match else text


def _label(reading: Reading, entry: Entry) -> tuple[str | None, bool]:
    """Google marks the primary one with a star: '* Work'."""
    found = _cells(reading, entry, "label")
    if not found:
        return entry.label, False
    position, text = found[0]
    try:
        return _clean_label(text) or entry.label, text.startswith("* ")
    except InvalidValue as error:
        reading.fail(position, error)
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
