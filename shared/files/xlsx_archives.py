"""Whether a file may be given to the XLSX parser: what it is, and how large it would become. Reads no cell."""

import zipfile
import zlib
from pathlib import Path
from xml.parsers import expat

from shared.files.errors import BrokenSpreadsheet, NotASpreadsheet, XlsxZipBomb

MAX_ENTRIES = 1_000
MAX_UNPACKED_BYTES = 500_000_000
MAX_RATIO = 100
MAX_ELEMENTS_BETWEEN_ROWS = 500_000
MAX_ROWS = 1_048_576
_RATIO_FREE_BYTES = 10_000_000
_SMALL_PART_BYTES = 4_000_000
_CHUNK_BYTES = 1 << 16

_NOT_SPREADSHEETS = (
    (b"\xd0\xcf\x11\xe0", "an old Excel (.xls) or password-protected file"),
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"RIFF", "an image or a sound"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"BEGIN:VCARD", "a vCard file"),
    (b"<html", "a web page"),
    (b"<!doctype", "a web page"),
    (b"<?xml", "an XML file"),
    (b"{\\rtf", "an RTF document"),
)


def is_xlsx(path: Path) -> bool:
    """False for what may be text. Raises NotASpreadsheet for files that are neither, XlsxZipBomb, BrokenSpreadsheet."""
    with path.open("rb") as file:
        start = file.read(64).removeprefix(b"\xef\xbb\xbf").lstrip()
    for magic, kind in _NOT_SPREADSHEETS:
        if start[: len(magic)].lower() == magic.lower():
            raise NotASpreadsheet(f"The file is {kind}. Save it as XLSX or as CSV in UTF-8.")
    if not start.startswith(b"PK"):
        return False
    check_archive(path)
    return True


def check_archive(path: Path) -> None:
    """Judges the directory first, then each part's structure, streaming."""
    try:
        with zipfile.ZipFile(path) as archive:
            _check_directory(archive, path.stat().st_size)
            for entry in archive.infolist():
                _check_part(archive, entry)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise BrokenSpreadsheet(f"The XLSX file is damaged: {error}. Save it again and upload it anew.") from None


def _check_directory(archive: zipfile.ZipFile, packed_bytes: int) -> None:
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise _bomb(f"it has {len(entries)} parts, {MAX_ENTRIES} are possible")
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MAX_UNPACKED_BYTES:
        raise _bomb(f"it would unpack to {unpacked} bytes, {MAX_UNPACKED_BYTES} are possible")
    if unpacked > max(_RATIO_FREE_BYTES, MAX_RATIO * packed_bytes):
        raise _bomb(f"it would unpack to more than {MAX_RATIO} times its size")
    if any(entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for entry in entries):
        raise _bomb("it uses a compression that XLSX does not have")
    if "xl/workbook.xml" not in archive.namelist():
        raise NotASpreadsheet("The file is a ZIP archive or another document, not XLSX. Save it as XLSX or CSV.")


def _check_part(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Entities are refused anywhere; a large part may not hold more between two rows than memory has room for."""
    prolog = _Prolog()
    counter = _Counter() if entry.file_size > _SMALL_PART_BYTES else None
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = prolog.refuse
    parser.StartElementHandler = counter.count if counter else prolog.end
    with archive.open(entry) as part:
        while (chunk := part.read(_CHUNK_BYTES)) and (counter or not prolog.ended):
            try:
                parser.Parse(chunk)
            except expat.ExpatError:
                return  # not XML, such as an image: the parser of cells would stop here too


class _Prolog:
    ended = False

    def refuse(self, *_: object) -> None:
        raise _bomb("it declares a document type, which can hide endless text")

    def end(self, *_: object) -> None:
        self.ended = True


class _Counter:
    def __init__(self) -> None:
        self.rows = 0
        self.since_row = 0

    def count(self, name: str, _: object) -> None:
        self.since_row += 1
        if name == "row" or name.endswith(":row"):
            self.rows += 1
            self.since_row = 0
        elif name == "si":
            self.since_row = 0
        if self.rows > MAX_ROWS or self.since_row > MAX_ELEMENTS_BETWEEN_ROWS:
            raise _bomb(f"a sheet has more than {MAX_ROWS} rows, or a row more cells than memory")


def _bomb(reason: str) -> XlsxZipBomb:
    return XlsxZipBomb(
        f"The XLSX file is refused: {reason}. Save only the sheet with the contacts as a new file, or CSV."
    )
