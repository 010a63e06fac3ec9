import csv
import io
import tempfile
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.files import xlsx_archives
from shared.files.error_files import escape_cell, unescape_cell, write_error_file
from shared.files.errors import (
    BrokenQuoting,
    BrokenSpreadsheet,
    CellTooLong,
    DuplicateHeader,
    EmptyFile,
    NoHeader,
    NotASpreadsheet,
    NulByte,
    RowError,
    TooManyColumns,
    TooManyRows,
    UnknownEncoding,
    UnreadableFile,
    WrongEncoding,
    XlsxZipBomb,
)
from shared.files.tables import open_table, read_rows

Write = Callable[..., Path]
THAI = "ชื่อ,อีเมล\nสมชาย ใจดี,somchai@example.com\nสมหญิง รักเรียน,ying@example.com\n"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def _write(content: str | bytes, encoding: str = "utf-8", name: str = "contacts.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return _write


def cells_of(path: Path, **options: str) -> list[list[str]]:
    return [row.cells for row in read_rows(open_table(path, **options))]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp874", "tis-620"]
)
def test_thai_is_read_in_every_usual_encoding(write: Write, encoding: str) -> None:
    path = write(THAI, encoding)

    table = open_table(path)

    assert table.header == ("ชื่อ", "อีเมล")
    assert cells_of(path)[0] == ["สมชาย ใจดี", "somchai@example.com"]


def test_western_letters_are_not_taken_for_thai(write: Write) -> None:
    path = write("Name,City\nJosé Muñoz,Málaga\nJürgen Groß,Köln\n", "cp1252")

    assert open_table(path).encoding == "cp1252"
    assert cells_of(path)[1] == ["Jürgen Groß", "Köln"]


def test_thai_bytes_far_behind_the_beginning_still_decide(write: Write) -> None:
    path = write("name,city\n" + "Ann,Bangkok\n" * 200_000 + "สมชาย,กรุงเทพ\n", "cp874")

    assert open_table(path).encoding == "cp874"


def test_utf8_with_a_broken_byte_is_refused_instead_of_becoming_gibberish(write: Write) -> None:
    content = THAI.encode() + "สม\n".encode()[:-2] + b"\n"

    with pytest.raises(WrongEncoding) as caught:
        open_table(write(content))

    assert caught.value.row == 4
    assert caught.value.params["byte_offset"] == len(THAI.encode()) + 3


def test_the_encoding_of_the_caller_wins(write: Write) -> None:
    path = write(THAI, "cp874")

    assert open_table(path, encoding="latin-1").encoding == "latin-1"
    with pytest.raises(WrongEncoding):
        cells_of(path, encoding="utf-8")
    with pytest.raises(UnknownEncoding, match="cp874"):
        open_table(path, encoding="rot13")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_separator_is_found(write: Write, delimiter: str) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(
        [["name", "address", "note"], ["สมชาย", "1 ถ.สีลม, บางรัก; กทม", "a|b"], ["Ann", "2 Main St.", "x\ty"]]
    )

    table = open_table(write(out.getvalue()))

    assert table.delimiter == delimiter
    assert [row.cells[1] for row in read_rows(table)] == ["1 ถ.สีลม, บางรัก; กทม", "2 Main St."]


def test_excels_separator_line_is_understood(write: Write) -> None:
    path = write("sep=;\nname;email\nAnn;ann@example.com\n")

    assert open_table(path).header == ("name", "email")
    assert [row.number for row in read_rows(open_table(path))] == [3]


def test_cells_may_hold_line_ends_and_rows_keep_their_numbers(write: Write) -> None:
    path = write('name,note\r\nAnn,"one\r\ntwo"\r\n\r\n,\r\nBob,x\r\n')

    rows = list(read_rows(open_table(path)))

    assert [(row.number, row.cells) for row in rows] == [(2, ["Ann", "one\r\ntwo"]), (5, ["Bob", "x"])]
    assert [row.number for row in read_rows(open_table(path), after=2)] == [5]


def test_short_rows_are_filled_and_long_rows_are_row_errors(write: Write) -> None:
    path = write("name,email\nAnn\nBob,b@example.com,extra\nCid,c@example.com,,\n")

    rows = list(read_rows(open_table(path)))

    assert [row.cells for row in rows] == [["Ann", ""], ["Bob", "b@example.com", "extra"], ["Cid", "c@example.com"]]
    assert [[error.code for error in row.errors] for row in rows] == [[], ["too_many_cells"], []]


def test_cells_that_begin_like_formulas_are_data_in_a_csv(write: Write) -> None:
    path = write("name,phone\n=1+1,+66812345678\n'-x,-5\n")

    assert cells_of(path) == [["=1+1", "+66812345678"], ["'-x", "-5"]]


@pytest.mark.parametrize(
    ("content", "error", "row"),
    [
        (b"", EmptyFile, None),
        (b"\xef\xbb\xbf", EmptyFile, None),
        (b"\n\n , \n", EmptyFile, None),
        (b"a@example.com,0812345678\n", NoHeader, 1),
        (b"Name,Email,name\n", DuplicateHeader, 1),
        (",".join(f"c{i}" for i in range(1001)).encode(), TooManyColumns, 1),
        (b'name,note\nAnn,"open\nBob,x\n', BrokenQuoting, 2),
        (b'name,note\nAnn,x\nBob,"a"b\n', BrokenQuoting, 3),
        (b"name,note\nAnn,x\0\n", NulByte, 2),
        (b"name\n" + b"\n" * 1_048_576, TooManyRows, 1_048_577),
        (b'name,note\nAnn,"' + b"x" * 200_000 + b'"\n', CellTooLong, 2),
        (b"name,note\nAnn," + b"x" * 5_000_000, CellTooLong, 2),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", NotASpreadsheet, None),
        (b"\x89PNG\r\n\x1a\n", NotASpreadsheet, None),
        (b"<html><table>", NotASpreadsheet, None),
        (b"PK\x03\x04 no archive", BrokenSpreadsheet, None),
    ],
)
def test_bad_files_are_refused_naming_the_row(
    write: Write, content: bytes, error: type[UnreadableFile], row: int | None
) -> None:
    path = write(content)

    with pytest.raises(error) as caught:
        list(read_rows(open_table(path)))

    assert caught.value.detail
    assert caught.value.row == row


def test_a_long_cell_is_an_error_of_its_row_only(write: Write) -> None:
    path = write("name,note\nAnn," + "x" * 40_000 + "\nBob,y\n")

    rows = list(read_rows(open_table(path)))

    assert [(error.code, error.column) for error in rows[0].errors] == [("cell_too_long", "note")]
    assert rows[1].errors == ()


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


def test_many_rows_need_little_memory(write: Write) -> None:
    path = write("name,email\n" + "".join(f"สมชาย {i},s{i}@example.com\n" for i in range(100_000)))

    tracemalloc.start()
    count = sum(1 for _ in read_rows(open_table(path)))
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert count == 100_000
    assert peak_bytes < 12_000_000


CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12) | st.sampled_from(
    [
        "=1+1",
        "'=x",
        "''+x",
        "+66812345678",
        "+44 20",
        "-5",
        "@x",
        "\t=",
        "a;b",
        'say "hi"',
        "a\r\nb",
        "'",
        "-",
        "_error_row",
    ]
)
ROWS = st.lists(st.lists(CELL, min_size=2, max_size=4).filter(lambda cells: any(map(str.strip, cells))), max_size=5)


@settings(max_examples=200, deadline=None)
@given(ROWS, st.sampled_from([("name", "note"), ("=name", "+note"), ("a;b;c;d;e;f;g;h", "x")]))
def test_an_error_file_reads_back_as_the_same_cells(rows: list[list[str]], header: tuple[str, str]) -> None:
    error = RowError(row=7, code="invalid_email", detail="=wrong", column="note", position=1)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "errors.csv"

        count = write_error_file(path, header, ((cells, [error]) for cells in rows))

        table = open_table(path)
        read = [row.cells for row in read_rows(table)]
    assert count == len(rows)
    assert table.header == header
    assert [_without_blank_end(cells) for cells in read] == [_without_blank_end(cells) for cells in rows]


def _without_blank_end(cells: list[str]) -> list[str]:
    """Blank cells beyond the header are not kept."""
    while len(cells) > 2 and not cells[-1].strip():
        cells = cells[:-1]
    return cells


@settings(deadline=None)
@given(CELL)
def test_no_cell_of_an_error_file_runs_as_a_formula(text: str) -> None:
    escaped = escape_cell(text)

    assert unescape_cell(escaped) == text
    assert not escaped.startswith(("=", "@", "\t", "\r", "+4", "-x"))


def test_corrected_rows_of_an_error_file_import_clean(write: Write, tmp_path: Path) -> None:
    source = open_table(write("name,email\nAnn,=x,surplus\n"))
    failed = [(row.cells, row.errors) for row in read_rows(source)]
    path = tmp_path / "errors.csv"

    write_error_file(path, source.header, failed)

    text = path.read_text(encoding="utf-8-sig")
    assert "too_many_cells" in text
    assert [row.errors != () for row in read_rows(open_table(path))] == [True]
    path.write_text(text.replace(",surplus", ""), encoding="utf-8-sig")
    assert [(row.cells, row.errors) for row in read_rows(open_table(path))] == [(["Ann", "=x"], ())]


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200) | st.text(st.sampled_from('ab,";\n\r\t=ก้\0'), max_size=60).map(str.encode))
def test_any_bytes_are_rows_or_a_clear_error(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "any.csv"
        path.write_bytes(content)

        try:
            table = open_table(path)
            rows = list(read_rows(table))
        except UnreadableFile:
            return

    assert all(len(row.cells) == len(table.header) or row.errors for row in rows)


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
