"""Rows that failed, as a file that people correct in a spreadsheet and import again."""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from shared.files.errors import RowError
from shared.files.records import ERROR_COLUMNS

# A spreadsheet runs a cell that begins so as a formula. Thai phone numbers and negative amounts stay as they are; other
# numbers with + would lose it when the spreadsheet saves them, and +44-20 would be computed.
_RISKY = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_HARMLESS = re.compile(r"\+66[\d ]*|-\d+(?:[.,]\d+)*|-")
_ESCAPED = re.compile(r"'+[=+\-@\t\r\n＝＋－＠]")


FailedRow = tuple[Sequence[str], Sequence[RowError]]
"""The cells of a row and what is wrong with them."""


def write_error_file(path: Path, header: Sequence[str], rows: Iterable[FailedRow]) -> int:
    """CSV in UTF-8 with BOM: the original cells, then ERROR_COLUMNS, then cells beyond the header; returns the rows.

    Reading it again gives the same cells: the apostrophe before formula-like text is taken off there.
    """
    written = 0
    with path.open("wb") as file:
        file.write(error_header(header))
        for row in rows:
            file.write(error_lines(header, [row]))
            written += 1
    return written


def error_header(header: Sequence[str]) -> bytes:
    """The beginning of an error file, for those who stream it."""
    return codecs.BOM_UTF8 + _csv([[*map(escape_cell, header), *ERROR_COLUMNS]])


def error_lines(header: Sequence[str], rows: Iterable[FailedRow]) -> bytes:
    return _csv(_line(cells, errors, width=len(header)) for cells, errors in rows)


def _csv(lines: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(lines)
    return text.getvalue().encode(errors="replace")


def escape_cell(text: str) -> str:
    if not _RISKY.match(text) or _HARMLESS.fullmatch(text):
        return text
    return "'" + text


def unescape_cell(text: str) -> str:
    return text[1:] if text[:1] == "'" and _ESCAPED.match(text) else text


def _line(cells: Sequence[str], errors: Sequence[RowError], *, width: int) -> list[str]:
    padded = [*map(escape_cell, cells), *[""] * (width - len(cells))]
    details = " | ".join(f"{error.column}: {error.detail}" if error.column else error.detail for error in errors)
    reasons = [str(errors[0].row) if errors else "", "; ".join(error.code for error in errors), details]
    return [*padded[:width], *map(escape_cell, reasons), *padded[width:]]
