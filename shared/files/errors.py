"""What can be wrong with a file as a whole, and with one of its rows."""

from dataclasses import dataclass

from shared.errors import UnprocessableError


class UnreadableFile(UnprocessableError):
    """Nothing after `row` can be read. Rows count from 1 as spreadsheets show them, the header included."""

    code = "unreadable_file"
    title = ("The file cannot be read", "อ่านไฟล์ไม่ได้")

    def __init__(self, detail: str, *, row: int | None = None, **params: object) -> None:
        super().__init__(detail)
        self.row = row
        self.params = params if row is None else {"row": row, **params}


class EmptyFile(UnreadableFile):
    code = "empty_file"
    title = ("The file is empty", "ไฟล์ว่างเปล่า")


class NoHeader(UnreadableFile):
    code = "no_header"
    title = ("The file has no header", "ไฟล์ไม่มีหัวตาราง")


class DuplicateHeader(UnreadableFile):
    code = "duplicate_header"
    title = ("Two columns have the same name", "มีชื่อคอลัมน์ซ้ำกัน")


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
    title = ("The file is in another encoding", "รหัสอักขระของไฟล์ไม่ถูกต้อง")


class UnknownEncoding(UnreadableFile):
    code = "unknown_encoding"
    title = ("The encoding is not known", "ไม่รู้จักรหัสอักขระของไฟล์")


class NulByte(UnreadableFile):
    code = "nul_byte"


class NotASpreadsheet(UnreadableFile):
    code = "not_a_spreadsheet"
    title = ("This is no spreadsheet", "ไฟล์นี้ไม่ใช่สเปรดชีต")


class BrokenSpreadsheet(UnreadableFile):
    code = "broken_spreadsheet"
    title = ("The spreadsheet is broken", "ไฟล์สเปรดชีตเสียหาย")


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
