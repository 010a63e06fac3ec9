"""Files of the rows that failed: safe to open, and clean when they come back."""

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.files.error_files import escape_cell, unescape_cell, write_error_file
from shared.files.errors import (
    RowError,
)
from shared.files.tables import open_table, read_rows
from tests.shared.files.conftest import Write

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
