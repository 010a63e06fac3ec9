"""Spreadsheets: the first visible sheet as records of text, in constant memory but for its shared strings."""

import warnings
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError

import openpyxl

from shared.files.errors import BrokenSpreadsheet
from shared.files.records import Record

if TYPE_CHECKING:
    from openpyxl.cell.read_only import EmptyCell, ReadOnlyCell

    Cells = tuple[ReadOnlyCell | EmptyCell, ...]

MAX_ROW = 1_048_576
FORMULA_CELL = "formula_cell"
ERROR_CELL = "error_cell"
_FAULTS = {"f": FORMULA_CELL, "e": ERROR_CELL}
# What openpyxl raises on parts that break the format; it has no error of its own for that.
_BREAKAGE = (
    KeyError, ValueError, TypeError, IndexError, AttributeError, OverflowError, EOFError, OSError, SyntaxError,
    NotImplementedError, ParseError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip

warnings.filterwarnings("ignore", module="openpyxl")


def read_records(path: Path, *, max_columns: int) -> Iterator[Record]:
    """Rows as Excel numbers them, without blank ones; of each, at most one cell more than `max_columns`.

    The file must have passed xlsx_archives.is_xlsx. Raises BrokenSpreadsheet.
    """
    number = 0
    try:
        with path.open("rb") as file:
            workbook = openpyxl.load_workbook(file, read_only=True, keep_links=False)
            for number, cells in _rows(_first_visible(workbook), max_columns):
                yield _record(number, cells)
    except _BREAKAGE as error:
        raise BrokenSpreadsheet(
            f"The XLSX file is damaged after row {number}: {error}. Save it again, or as CSV.", row=number + 1
        ) from None


def _first_visible(workbook: openpyxl.Workbook) -> Any:
    """A ReadOnlyWorksheet: the stubs of openpyxl do not know that these come out of a read-only workbook."""
    visible = [sheet for sheet in workbook.worksheets if sheet.sheet_state == "visible"]
    if not visible:
        raise BrokenSpreadsheet("The XLSX file has no visible sheet. Unhide the sheet with the contacts.")
    return visible[0]


def _rows(sheet: Any, max_columns: int) -> Iterator[tuple[int, "Cells"]]:
    sheet.reset_dimensions()  # what the file says of its size is often wrong
    blank: object = None
    for number, cells in enumerate(sheet.iter_rows(max_col=max_columns + 1), 1):
        if number > MAX_ROW:
            raise BrokenSpreadsheet(f"The sheet numbers its rows past {MAX_ROW}. Save it again.", row=number)
        if cells is blank:
            continue
        if any(cell.value is not None for cell in cells):
            yield number, cells
        else:
            blank = cells


def _record(number: int, cells: "Cells") -> Record:
    texts: list[str] = []
    faults: dict[int, str] = {}
    for position, cell in enumerate(cells):
        if cell.value is None:
            continue
        texts.extend([""] * (position - len(texts)))
        texts.append(_text(cell.value))
        if fault := _FAULTS.get(cell.data_type):
            faults[position] = fault
    return Record(number, texts, faults)


def _text(value: object) -> str:
    match value:
        case str():
            return value
        case bool():
            return str(value).upper()
        case int():
            return str(value)
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.15g}"
        case datetime():
            is_day = value.time() == time()
            return value.date().isoformat() if is_day else value.isoformat(sep=" ", timespec="seconds")
        case date() | time():
            return value.isoformat()
        case timedelta():
            return str(value)
        case _:  # array formulas and data tables
            return "=" + str(getattr(value, "text", None) or getattr(value, "ref", ""))
