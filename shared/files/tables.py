"""A file on disk as rows: CSV, TSV and semicolons in any usual encoding, or XLSX; constant memory for any length."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from shared.files import csv_files, xlsx_files
from shared.files.encodings import choose_encoding, detect_encoding
from shared.files.error_files import unescape_cell
from shared.files.errors import DuplicateHeader, EmptyFile, NoHeader, RowError, TooManyColumns
from shared.files.records import ERROR_COLUMNS, Record, Row
from shared.files.xlsx_archives import is_xlsx

MAX_COLUMNS = 1_000
MAX_CELL_CHARS = 32_767
_LOOKS_LIKE_DATA = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+|\+?[\d๐-๙][\d๐-๙ ().-]{7,}")
_FAULT_DETAILS = {
    xlsx_files.FORMULA_CELL: "The cell has a formula. Copy the column and paste it as values.",
    xlsx_files.ERROR_CELL: "The cell shows an error of its spreadsheet. Correct or empty it.",
}


class Kind(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A file whose header was read. `positions` tells where in the file each heading's column is."""

    path: Path
    kind: Kind
    header: tuple[str, ...]
    header_row: int
    positions: tuple[int, ...]
    width: int
    encoding: str | None = None
    delimiter: str | None = None

    @property
    def is_error_file(self) -> bool:
        return self.width > len(self.header)


def open_table(path: Path, *, encoding: str | None = None, delimiter: str | None = None) -> Table:
    """`encoding` and `delimiter` overrule what is detected. Raises UnreadableFile, one subclass for each cause."""
    if path.stat().st_size == 0:
        raise EmptyFile("The file is empty. Upload a file with a header row.")
    if is_xlsx(path):
        return _with_header(path, Kind.XLSX)
    chosen = choose_encoding(encoding) if encoding else detect_encoding(path)
    separator = delimiter or csv_files.detect_delimiter(path, encoding=chosen)
    return _with_header(path, Kind.CSV, encoding=chosen, delimiter=separator)


def read_rows(table: Table, *, after: int = 0) -> Iterator[Row]:
    """Rows below the header that have a number above `after`, blank ones left out. Raises UnreadableFile midway."""
    start = max(after, table.header_row)
    for record in _records(table.path, table.kind, encoding=table.encoding, delimiter=table.delimiter):
        if record.number > start and any(map(str.strip, record.cells)):
            row = _row(table, record)
            if any(map(str.strip, row.cells)):
                yield row


def count_rows(table: Table) -> int:
    """How many rows `read_rows` will yield, found by reading the file to its end. Raises UnreadableFile."""
    records = _records(table.path, table.kind, encoding=table.encoding, delimiter=table.delimiter)
    if not table.is_error_file:
        return sum(record.number > table.header_row and any(map(str.strip, record.cells)) for record in records)
    return sum(1 for _ in read_rows(table))


def _records(path: Path, kind: Kind, *, encoding: str | None, delimiter: str | None) -> Iterator[Record]:
    if kind is Kind.XLSX:
        return xlsx_files.read_records(path, max_columns=MAX_COLUMNS)
    return csv_files.read_records(path, encoding=encoding or "utf-8", delimiter=delimiter or ",")


def _with_header(path: Path, kind: Kind, *, encoding: str | None = None, delimiter: str | None = None) -> Table:
    records = _records(path, kind, encoding=encoding, delimiter=delimiter)
    record = next((record for record in records if any(map(str.strip, record.cells))), None)
    if record is None:
        raise EmptyFile("The file has no row with text. Upload a file with a header row.")
    headings = _headings(record)
    is_error_file = ERROR_COLUMNS[0] in headings
    positions = tuple(i for i, heading in enumerate(headings) if heading not in ERROR_COLUMNS)
    header = tuple(unescape_cell(headings[i]) if is_error_file else headings[i] for i in positions)
    _check_header(header, record.number)
    return Table(
        path=path, kind=kind, header=header, header_row=record.number, positions=positions, width=len(headings),
        encoding=encoding, delimiter=delimiter,
    )  # fmt: skip


def _headings(record: Record) -> list[str]:
    headings = [cell.strip().removeprefix("\ufeff") for cell in record.cells]
    while headings and not headings[-1]:
        headings.pop()
    if len(headings) > MAX_COLUMNS:
        raise TooManyColumns(
            f"The header has more than {MAX_COLUMNS} columns. Remove those not needed.", row=record.number
        )
    return headings


def _check_header(header: Sequence[str], row: int) -> None:
    seen: dict[str, int] = {}
    for position, heading in enumerate(header):
        if _LOOKS_LIKE_DATA.fullmatch(heading):
            raise NoHeader("The first row looks like data. Put a row with column names above it.", row=row)
        first = seen.setdefault(heading.casefold(), position) if heading else position
        if first != position:
            raise DuplicateHeader(
                f"Columns {first + 1} and {position + 1} are both called '{heading[:50]}'. Rename or remove one.",
                row=row,
                column=heading,
            )


def _row(table: Table, record: Record) -> Row:
    cells, faults = record.cells, record.faults
    if table.is_error_file:
        cells = [unescape_cell(cell) for cell in _own_cells(table, cells)]
        faults = {new: faults[old] for new, old in enumerate(table.positions) if old in faults}
    width = len(table.header)
    if len(cells) < width:
        cells = cells + [""] * (width - len(cells))
    errors: list[RowError] = []
    if len(cells) > width:
        cells = _without_blank_end(cells, width)
        errors.extend(_too_many(record.number, len(cells), width))
    if faults or sum(map(len, cells)) > MAX_CELL_CHARS:
        errors.extend(_cell_errors(table.header, record.number, cells, faults))
    return Row(record.number, cells, tuple(errors))


def _own_cells(table: Table, cells: list[str]) -> list[str]:
    padded = cells + [""] * (table.width - len(cells))
    return [padded[position] for position in table.positions] + padded[table.width :]


def _without_blank_end(cells: list[str], width: int) -> list[str]:
    end = len(cells)
    while end > width and not cells[end - 1].strip():
        end -= 1
    return cells[:end]


def _too_many(row: int, count: int, width: int) -> Iterator[RowError]:
    if count > width:
        detail = f"The row has {count} cells, the header {width}. Quote cells that contain the separator."
        yield RowError(row=row, code="too_many_cells", detail=detail)


def _cell_errors(header: Sequence[str], row: int, cells: list[str], faults: Mapping[int, str]) -> Iterator[RowError]:
    codes = dict(faults)
    for position, (heading, cell) in enumerate(zip(header, cells, strict=False)):
        detail = _FAULT_DETAILS.get(codes.get(position, ""))
        if detail is None and len(cell) > MAX_CELL_CHARS:
            codes[position] = "cell_too_long"
            detail = f"The cell has {len(cell)} characters, {MAX_CELL_CHARS} are possible. Shorten it."
        if detail is not None:
            yield RowError(
                row=row, code=codes[position], detail=detail, column=heading, position=position, value=cell[:50]
            )  # fmt: skip
