"""Text with separators: records one at a time, strictly, in constant memory."""

import csv
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from shared.files.encodings import find_bad_byte, wrong_encoding
from shared.files.errors import BrokenQuoting, CellTooLong, NulByte, TooManyRows
from shared.files.records import ERROR_COLUMNS, Readline, Record
from shared.files.xlsx_archives import MAX_ROWS

DELIMITERS = ",;\t|"
LINE_LIMIT_CHARS = 4_000_000
_SAMPLE_CHARS = 1 << 16
_SAMPLE_RECORDS = 20


def read_records(path: Path, *, encoding: str, delimiter: str) -> Iterator[Record]:
    """Each record, blank ones too. Raises BrokenQuoting, CellTooLong, NulByte, TooManyRows, WrongEncoding midway."""
    number = 0
    with path.open(encoding=encoding, newline="") as file:
        reader = csv.reader(_lines(file.readline), delimiter=delimiter, strict=True)
        try:
            for number, cells in enumerate(reader, 1):
                if number > MAX_ROWS:
                    detail = f"The file has more than {MAX_ROWS} rows, blank ones included. Split it."
                    raise TooManyRows(detail, row=number)
                yield Record(number, [] if number == 1 and _is_separator_line(cells) else cells)
        except csv.Error as error:
            raise _unreadable(error, row=number + 1, line=reader.line_num) from None
        except UnicodeDecodeError:
            raise wrong_encoding(path, encoding, find_bad_byte(path, encoding) or 0) from None


def detect_delimiter(path: Path, *, encoding: str) -> str:
    """The separator that cuts the first records into the most columns, as many in each of them."""
    try:
        with path.open(encoding=encoding, newline="") as file:
            sample = file.read(_SAMPLE_CHARS)
    except UnicodeDecodeError:
        raise wrong_encoding(path, encoding, find_bad_byte(path, encoding) or 0) from None
    if sample.lower().startswith("sep=") and sample[4:5] and sample[5:6] in ("\r", "\n"):
        return sample[4]
    lines = sample.lstrip("\ufeff\r\n ").splitlines(keepends=True)
    return max(DELIMITERS, key=lambda delimiter: _fit(lines, delimiter))


def _fit(lines: list[str], delimiter: str) -> tuple[bool, bool, int]:
    records = list(islice(_leniently(lines, delimiter), _SAMPLE_RECORDS))
    header = records[0] if records else []
    widths = Counter(map(len, records))
    is_regular = widths[len(header)] * 2 >= len(records)
    return ERROR_COLUMNS[0] in header, is_regular and len(header) > 1, len(header)


def _leniently(lines: list[str], delimiter: str) -> Iterator[list[str]]:
    try:
        yield from filter(None, csv.reader(lines, delimiter=delimiter))
    except csv.Error:
        return


def _lines(readline: Readline) -> Iterator[str]:
    number = 0
    while line := readline(LINE_LIMIT_CHARS):
        number += 1
        if "\0" in line:
            raise NulByte(
                f"Line {number} has a NUL character. If the file is UTF-16, tell that encoding; else remove it.",
                row=number,
            )
        if len(line) >= LINE_LIMIT_CHARS:
            raise CellTooLong(f"Line {number} has over {LINE_LIMIT_CHARS} characters. Split or shorten it.", row=number)
        yield line


def _is_separator_line(cells: list[str]) -> bool:
    """Excel's own way to tell the separator: a first line `sep=;`."""
    return cells[:1] == ["sep="] and not any(cells[1:])


def _unreadable(error: csv.Error, *, row: int, line: int) -> BrokenQuoting | CellTooLong:
    if "field larger" in str(error):
        return CellTooLong(
            f"A cell of row {row} has over {csv.field_size_limit()} characters, up to line {line}. Shorten it, or "
            "close its quotation mark.",
            row=row,
        )
    return BrokenQuoting(
        f"Row {row} has quotation marks that do not match, seen in line {line}: {error}. Close them, and write a "
        'quotation mark inside a quoted cell twice ("").',
        row=row,
    )
