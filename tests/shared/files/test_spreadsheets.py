"""XLSX: what people see, and files that mean harm."""

import tempfile
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.files import xlsx_archives
from shared.files.errors import (
    BrokenSpreadsheet,
    EmptyFile,
    NotASpreadsheet,
    UnreadableFile,
    XlsxZipBomb,
)
from shared.files.tables import open_table, read_rows


def test_spreadsheet_values_become_the_text_that_people_see(tmp_path: Path) -> None:
    path = tmp_path / "contacts.xlsx"
    workbook = xlsxwriter.Workbook(path)
    workbook.add_worksheet("hidden").hide()
    sheet = workbook.add_worksheet("contacts")
    sheet.activate()
    sheet.set_first_sheet()
    sheet.write_row(0, 0, ["ชื่อ", "phone", "birthday", "spent", "vip", "text"])
    sheet.write_row(2, 0, ["สมชาย", 812345678])
    sheet.write_datetime(
        2, 2, __import__("datetime").datetime(1987, 5, 14), workbook.add_format({"num_format": "d/m/yy"})
    )
    sheet.write_row(2, 3, [12.5, True])
    sheet.write_string(2, 5, "=1+1")
    workbook.close()

    rows = list(read_rows(open_table(path)))

    assert [(row.number, row.cells) for row in rows] == [
        (3, ["สมชาย", "812345678", "1987-05-14", "12.5", "TRUE", "=1+1"])
    ]
    assert rows[0].errors == ()


def test_formulas_and_error_cells_are_row_errors_that_name_the_column(tmp_path: Path) -> None:
    path = tmp_path / "contacts.xlsx"
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    sheet.append(["name", "email"])
    sheet.append(["Ann", "=CONCATENATE(A2,1)"])
    sheet.append(["#N/A", "b@example.com"])
    sheet["A3"].data_type = "e"
    workbook.save(path)

    rows = list(read_rows(open_table(path)))

    assert [(e.row, e.code, e.column) for row in rows for e in row.errors] == [
        (2, "formula_cell", "email"), (3, "error_cell", "name"),
    ]  # fmt: skip


def xlsx_with(tmp_path: Path, parts: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> Path:
    source = tmp_path / "plain.xlsx"
    workbook = openpyxl.Workbook()
    workbook.worksheets[0].append(["name"])
    workbook.worksheets[0].append(["Ann"])
    workbook.save(source)
    target = tmp_path / "target.xlsx"
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", compression) as new:
        for name in old.namelist():
            new.writestr(name, parts.pop(name) if name in parts else old.read(name))
        for name, content in parts.items():
            new.writestr(name, content)
    return target


SHEET = "xl/worksheets/sheet1.xml"
SHEET_START = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'


@pytest.mark.parametrize(
    "parts",
    [
        {"xl/media/bomb.bin": b"\0" * 20_000_000},
        {f"xl/media/{i}.bin": b"" for i in range(1001)},
        {SHEET: b'<!DOCTYPE a [<!ENTITY x "xxxx">]>' + SHEET_START + b"</sheetData></worksheet>"},
        {SHEET: SHEET_START + b"<row>" + b"<c/>" * 1_100_000 + b"</row></sheetData></worksheet>"},
    ],
    ids=["ratio", "entries", "entities", "one endless row"],
)
def test_zip_and_entity_bombs_are_refused_unread(tmp_path: Path, parts: dict[str, bytes]) -> None:
    path = xlsx_with(tmp_path, parts)

    with pytest.raises(XlsxZipBomb):
        open_table(path)


def test_a_bomb_in_another_compression_is_refused(tmp_path: Path) -> None:
    with pytest.raises(XlsxZipBomb, match="compression"):
        open_table(xlsx_with(tmp_path, {}, zipfile.ZIP_LZMA))


def test_a_directory_that_promises_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = xlsx_with(tmp_path, {})
    monkeypatch.setattr(xlsx_archives, "MAX_UNPACKED_BYTES", 100)

    with pytest.raises(XlsxZipBomb, match="unpack"):
        open_table(path)


@pytest.mark.parametrize(
    "sheet",
    [
        b"<nonsense",
        SHEET_START + b'<row r="x"><c r="A1"><v>1</v></c></row></sheetData></worksheet>',
        SHEET_START + b'<row r="9999999999999"><c r="A1"><v>1</v></c></row></sheetData></worksheet>',
        SHEET_START + b'<row r="1"><c r="A1" t="s"><v>77</v></c></row></sheetData></worksheet>',
        SHEET_START + b'<row r="1"><c r="A1" t="n"><v>1e999x</v></c></row></sheetData></worksheet>',
    ],
)
def test_damaged_sheets_are_refused(tmp_path: Path, sheet: bytes) -> None:
    with pytest.raises((BrokenSpreadsheet, EmptyFile)):
        open_table(xlsx_with(tmp_path, {SHEET: sheet}))


def test_a_zip_that_is_no_spreadsheet_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("contacts.csv", "name")

    with pytest.raises(NotASpreadsheet):
        open_table(path)


@settings(max_examples=50, deadline=None)
@given(st.integers(min_value=0), st.binary(min_size=1, max_size=4))
def test_a_damaged_spreadsheet_is_rows_or_a_clear_error(place: int, damage: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = xlsx_with(Path(folder), {})
        content = bytearray(path.read_bytes())
        start = place % len(content)
        content[start : start + len(damage)] = damage
        path.write_bytes(content)

        try:
            rows = list(read_rows(open_table(path)))
        except UnreadableFile:
            return

    assert all(row.cells for row in rows)
