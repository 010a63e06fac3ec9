"""What can be wrong with a file as a whole, and with one of its rows."""

from dataclasses import dataclass

from shared.errors import UnprocessableError


class UnreadableFile(UnprocessableError):
    """Nothing after `row` can be read. Rows count from 1 as spreadsheets show them, the header included."""

    code = "unreadable_file"

    def __init__(self, detail: str, *, row: int | None = None, **params: object) -> None:
        super().__init__(detail)
        self.row = row
        self.params = params if row is None else {"row": row, **params}


class EmptyFile(UnreadableFile):
    code = "empty_file"


class NoHeader(UnreadableFile):
    code = "no_header"


class DuplicateHeader(UnreadableFile):
    code = "duplicate_header"


class TooManyColumns(UnreadableFile):
    code = "too_many_columns"


class TooManyRows(UnreadableFile):
    code = "too_many_rows"


class CellTooLong(UnreadableFile):
    code = "cell_too_long"


class BrokenQuoting(UnreadableFile):
    code = "broken_quoting"


class WrongEncoding(UnreadableFile):
    code = "wrong_encoding"


class UnknownEncoding(UnreadableFile):
    code = "unknown_encoding"


class NulByte(UnreadableFile):
    code = "nul_byte"


class NotASpreadsheet(UnreadableFile):
    code = "not_a_spreadsheet"


class BrokenSpreadsheet(UnreadableFile):
    code = "broken_spreadsheet"


class XlsxZipBomb(UnreadableFile):
    code = "xlsx_zip_bomb"


@dataclass(frozen=True, slots=True, kw_only=True)
class RowError:
    """`column` is the heading, `position` its place in the header from 0; both None when the whole row is wrong."""

    row: int
    code: str
    detail: str
    column: str | None = None
    position: int | None = None
    value: str | None = None
