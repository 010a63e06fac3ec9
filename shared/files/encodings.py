"""Which encoding a text file has, found out in constant memory."""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from shared.files.errors import UnknownEncoding, WrongEncoding

CHUNK_BYTES = 1 << 20
SAMPLE_BYTES = 1 << 16

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CHOICES = {
    "utf_8": "utf-8-sig", "utf_8_sig": "utf-8-sig", "utf_16": "utf-16", "utf_16_le": "utf-16-le",
    "utf_16_be": "utf-16-be", "utf_32": "utf-32", "cp874": "cp874", "tis_620": "cp874", "iso8859_11": "cp874",
    "cp1252": "cp1252", "iso8859_1": "latin-1", "iso8859_15": "iso8859-15", "cp1250": "cp1250", "cp1251": "cp1251",
    "shift_jis": "shift_jis", "cp932": "cp932", "euc_jp": "euc_jp", "gb18030": "gb18030", "gbk": "gb18030",
    "big5": "big5", "euc_kr": "euc_kr", "cp949": "cp949", "ascii": "utf-8-sig",
}  # fmt: skip
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")
_MOSTLY = 0.9
_THAI_SHARE = 0.6


def choose_encoding(name: str) -> str:
    """Python's name for what a caller asked for, TIS-620 as cp874. Raises UnknownEncoding."""
    try:
        key = codecs.lookup(name).name.replace("-", "_")
    except (LookupError, ValueError):
        key = ""
    if key not in _CHOICES:
        raise UnknownEncoding(f"'{name[:50]}' is not an encoding we read. Use one of {', '.join(sorted(_CHOICES))}.")
    return _CHOICES[key]


def detect_encoding(path: Path) -> str:
    """By BOM, NUL pattern (UTF-16), strict UTF-8 over the whole file, then cp874 or cp1252 by how high bytes cluster.

    Raises WrongEncoding for UTF-8 with a few broken bytes: read as another encoding it would become gibberish.
    """
    with path.open("rb") as file:
        sample = file.read(SAMPLE_BYTES)
    if encoding := _by_bom(sample) or _utf16_without_bom(sample):
        return encoding
    broken = find_bad_byte(path, "utf-8")
    if broken is None:
        return "utf-8"
    with path.open("rb") as file:
        file.seek(max(0, broken - SAMPLE_BYTES // 2))
        around = file.read(SAMPLE_BYTES)
    if _is_mostly_utf8(sample + around):
        raise wrong_encoding(path, "utf-8", broken)
    return _single_byte_encoding(path, around)


def find_bad_byte(path: Path, encoding: str) -> int | None:
    """Offset in the file of the first byte that does not decode."""
    decoder = codecs.getincrementaldecoder(encoding)()
    offset = 0
    for chunk, is_last in _chunks(path):
        pending = len(decoder.getstate()[0])
        try:
            decoder.decode(chunk, final=is_last)
        except UnicodeDecodeError as error:
            return offset - pending + error.start
        offset += len(chunk)
    return None


def wrong_encoding(path: Path, encoding: str, offset: int) -> WrongEncoding:
    row = _line_of(path, offset)
    return WrongEncoding(
        f"Byte {offset} in line {row} is not {encoding}. Save the file as UTF-8, or tell its encoding, such as cp874.",
        row=row,
        byte_offset=offset,
        encoding=encoding,
    )


def _by_bom(sample: bytes) -> str | None:
    return next((encoding for bom, encoding in _BOMS if sample.startswith(bom)), None)


def _utf16_without_bom(sample: bytes) -> str | None:
    """ASCII has a zero in every second byte, always on the same side, and Thai a 0x0E."""
    for side, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        high, low = sample[side::2], sample[1 - side :: 2]
        zeros, thai = high.count(0), high.count(0x0E)
        is_common = zeros * 5 >= len(high) or (zeros + thai) * 10 >= len(high) * 7
        if zeros and is_common and low.count(0) * 10 <= zeros:
            return encoding
    return None


def _is_mostly_utf8(sample: bytes) -> bool:
    characters = [c for c in sample.decode("utf-8", "surrogateescape") if c > "\x7f"]
    broken = sum("\udc80" <= c <= "\udcff" for c in characters)
    return len(characters) > broken and broken <= len(characters) * (1 - _MOSTLY)


def _single_byte_encoding(path: Path, sample: bytes) -> str:
    """Thai letters stand next to each other, the accented letters of Western languages alone."""
    runs = _HIGH_RUN.findall(sample)
    clustered = sum(len(run) for run in runs if len(run) > 2)
    if clustered >= _THAI_SHARE * sum(map(len, runs)) and find_bad_byte(path, "cp874") is None:
        return "cp874"
    return "cp1252" if find_bad_byte(path, "cp1252") is None else "latin-1"


def _chunks(path: Path) -> Iterator[tuple[bytes, bool]]:
    with path.open("rb") as file:
        chunk = file.read(CHUNK_BYTES)
        while True:
            following = file.read(CHUNK_BYTES)
            yield chunk, not following
            if not following:
                return
            chunk = following


def _line_of(path: Path, offset: int) -> int:
    lines, seen = 1, 0
    for chunk, _ in _chunks(path):
        lines += chunk[: max(0, offset - seen)].count(b"\n")
        seen += len(chunk)
        if seen > offset:
            break
    return lines
