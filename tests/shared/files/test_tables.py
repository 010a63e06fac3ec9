import csv
import io
import tempfile
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.files.errors import (
    BrokenQuoting,
    BrokenSpreadsheet,
    CellTooLong,
    DuplicateHeader,
    EmptyFile,
    NoHeader,
    NotASpreadsheet,
    NulByte,
    TooManyColumns,
    TooManyRows,
    UnknownEncoding,
    UnreadableFile,
    WrongEncoding,
)
from shared.files.tables import open_table, read_rows
from tests.shared.files.conftest import Write

THAI = "ชื่อ,อีเมล\nสมชาย ใจดี,somchai@example.com\nสมหญิง รักเรียน,ying@example.com\n"


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


def test_many_rows_need_little_memory(write: Write) -> None:
    path = write("name,email\n" + "".join(f"สมชาย {i},s{i}@example.com\n" for i in range(100_000)))

    tracemalloc.start()
    count = sum(1 for _ in read_rows(open_table(path)))
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert count == 100_000
    assert peak_bytes < 12_000_000


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
