"""CDNOW's files: four fields a line between blanks, an order each: customer, YYYYMMDD, number of CDs, dollars.

They have no order numbers. Ours are customer-date-n, where n counts the lines of that customer and day from 1: the same
file gives the same numbers again.
"""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from interaction_service.order_imports.layouts import CDNOW_HEADER
from shared.files.errors import NulByte, RowError
from shared.files.records import Row

FIELDS = len(CDNOW_HEADER) - 1
LINE_LIMIT_CHARS = 1_000
SAMPLE_LINES = 20
_LINE = re.compile(r"\s*\d+\s+\d{8}\s+\d+\s+\d+(?:\.\d+)?\s*")
_HEADING = re.compile(r"\s*customer_id\s+date\s+number_of_cds\s+dollar_value\s*", re.IGNORECASE)


def is_cdnow(path: Path) -> bool:
    """Whether most of the first lines are CDNOW's."""
    lines = [line for _, line in zip(range(SAMPLE_LINES), _lines(path), strict=False) if line.strip()]
    matching = sum(_LINE.fullmatch(line) is not None or _HEADING.fullmatch(line) is not None for line in lines)
    return bool(lines) and matching * 2 > len(lines)


def read_cdnow(path: Path) -> Iterator[Row]:
    """Raises NulByte."""
    seen: Counter[str] = Counter()
    for number, line in enumerate(_lines(path), 1):
        if "\0" in line:
            raise NulByte(f"Line {number} has a NUL character; remove it.", row=number)
        cells = line.split()
        if not cells or (number == 1 and _HEADING.fullmatch(line)):
            continue
        key = "-".join(cells[:2])[:90]
        seen[key] += 1
        yield _row(number, cells, f"{key}-{seen[key]}")


def count_cdnow(path: Path) -> int:
    return sum(1 for _ in read_cdnow(path))


def _row(number: int, cells: list[str], order_number: str) -> Row:
    if len(cells) == FIELDS:
        return Row(number, [*cells, order_number])
    detail = f"The line has {len(cells)} fields instead of {FIELDS}: {', '.join(CDNOW_HEADER[:FIELDS])}."
    padded = [*cells, *[""] * (FIELDS - len(cells))][:FIELDS]
    return Row(number, [*padded, order_number], (RowError(row=number, code="wrong_cell_count", detail=detail),))


def _lines(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        while line := file.readline(LINE_LIMIT_CHARS):
            yield line
