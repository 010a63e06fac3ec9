"""Instants as clients write and read them."""

import re
from datetime import UTC, datetime
from typing import Any

NUMBER = re.compile(r"^\s*[-+]?[0-9.]+\s*$")


def as_text(value: Any) -> Any:
    """An instant is written as text: a bare number would leave its unit open. Raises ValueError."""
    if _is_number(value):
        raise ValueError("write an RFC 3339 time such as 2026-11-22T09:30:00Z")
    return value


def day_as_text(value: Any) -> Any:
    """A day is written as text: a bare number would be seconds since 1970. Raises ValueError."""
    if _is_number(value):
        raise ValueError("write a day such as 2026-11-22")
    return value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) or (isinstance(value, str) and NUMBER.match(value) is not None)


def rfc3339(moment: datetime) -> str:
    """UTC with milliseconds and Z."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
