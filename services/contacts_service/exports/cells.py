"""What a spreadsheet's cell may hold. Text that would be run as a formula gets an apostrophe; numbers stay numbers."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from shared.files.error_files import escape_cell

_E164 = re.compile(r"\+\d{6,15}")
MORE = " ::: "
"""Between several values of one cell, as Google writes and reads them."""

Contact = Mapping[str, Any]


def cell(value: str | None) -> str:
    """A phone number in E.164 is harmless, and whoever reads the file needs it as it is."""
    text = value or ""
    return text if _E164.fullmatch(text) else escape_cell(text)


def birthday(contact: Contact) -> str:
    """`1985-04-12`, or `--04-12` without a year."""
    found = contact["birthday"]
    if not found:
        return ""
    year = "-" if found["year"] is None else f"{found['year']:04}"
    return f"{year}-{found['month']:02}-{found['day']:02}"


def phone(item: Contact) -> str:
    return f"{item['value']} ext. {item['extension']}" if item.get("extension") else str(item["value"])


def primary_first(items: Iterable[Contact]) -> list[Contact]:
    return sorted(items, key=lambda item: not item["primary"])


def joined(items: Iterable[str]) -> str:
    return MORE.join(items)
