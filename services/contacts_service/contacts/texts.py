"""Text as people type it: cleaned for storage, folded for search. Pure functions."""

import re
import unicodedata
from functools import lru_cache

_BREAKS = re.compile(r"[\t\v\f\x1c-\x1f\x85\u2028\u2029\r\n]")
# Anything but ASCII and Thai in canonical order: found in few cells, so most are done with one search.
_UNCLEAN = re.compile(
    "[^\x20-\x7e\u0e01-\u0e3a\u0e3f-\u0e4c\u0e4f-\u0e5b]|  |\u0e40\u0e40"
    "|[\u0e48-\u0e4b][\u0e38-\u0e3a]|[\u0e38\u0e39]\u0e3a"
)
_LINE_ENDS = re.compile(r"\r\n?|\x85|\u2028|\u2029")
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0e-\x1b\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f"
    r"\ufeff\ufff9-\ufffb\ud800-\udfff]"
    # Joiners carry meaning inside Arabic and Indic words and emoji, elsewhere they are debris of copying.
    r"|(?<![\u0600-\u0dff\u2190-\U0010ffff])[\u200c\u200d]"
)
_SPLIT_SARA_AM = re.compile("\u0e4d([\u0e48-\u0e4b]?)\u0e32|([\u0e48-\u0e4b])\u0e4d\u0e32")
_SPACES = re.compile(r"\s+")
_THAI_MARKS = re.compile("[\u0e48-\u0e4c\u0e4e\u0e3a]")
_THAI_AND_ASCII = re.compile("[\x20-\x7e\u0e01-\u0e3a\u0e3f-\u0e5b]*")
_LATIN_MARKS = re.compile("[\u0300-\u036f]")
_JOINING_MARKS = re.compile("['’‘`ʼ.\u0e2f]")
_ASCII_JOINING_MARKS = {ord(mark): None for mark in "'`."}
_NOT_WORD = re.compile(r"(?:[^\w\u0900-\u109f]|_)+")  # marks of Indic and Thai scripts are not \w
_REMEMBERED_CHARS = 100
_THAI_DIGITS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")


class InvalidValue(ValueError):
    """A value that cannot be read; `detail` says why and what to write instead."""

    code = "invalid_value"

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


def clean_text(text: str) -> str:
    """One line: NFC, no control or zero-width characters, Thai vowels composed, single spaces, trimmed."""
    if _UNCLEAN.search(text) is None:
        return text.strip(" ")
    return _SPACES.sub(" ", _repaired(_BREAKS.sub(" ", text))).strip()


def clean_lines(text: str) -> str:
    """As clean_text, keeping line ends (as LF) and the spaces inside lines."""
    repaired = _repaired(_LINE_ENDS.sub("\n", text))
    return "\n".join(line.rstrip() for line in repaired.split("\n")).strip()


def ascii_digits(text: str) -> str:
    """Decimal digits of every script, Thai and full-width among them, as 0-9."""
    if text.isascii():
        return text
    translated = text.translate(_THAI_DIGITS)
    if translated.isascii():
        return translated
    return "".join(str(unicodedata.digit(c)) if c.isdecimal() else c for c in translated)


def fold_search(text: str) -> str:
    """What two spellings of one name share: no case, accents, Thai tone marks or punctuation; ASCII digits."""
    return _fold_once(text) if len(text) <= _REMEMBERED_CHARS else _fold(text)


def shorten(text: str, limit: int = 50) -> str:
    """For quoting a bad value in a message."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _repaired(text: str) -> str:
    text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text))
    text = _SPLIT_SARA_AM.sub("\\1\\2\u0e33", text)
    return text.replace("\u0e40\u0e40", "\u0e41")


def _fold(text: str) -> str:
    if text.isascii() and text.isprintable():
        return _NOT_WORD.sub(" ", text.lower().translate(_ASCII_JOINING_MARKS)).strip()
    if _THAI_AND_ASCII.fullmatch(text):
        return _fold_thai_and_ascii(text)
    plain = unicodedata.normalize("NFKD", text).casefold()
    plain = _LATIN_MARKS.sub("", _THAI_MARKS.sub("", unicodedata.normalize("NFKD", plain)))
    plain = _repaired(plain).replace("\u0e4d\u0e32", "\u0e33")
    return _NOT_WORD.sub(" ", ascii_digits(_JOINING_MARKS.sub("", plain))).strip()


def _fold_thai_and_ascii(text: str) -> str:
    """The same without what only other scripts need: a quarter of the time."""
    plain = _THAI_MARKS.sub("", text.lower()).replace("\u0e4d\u0e32", "\u0e33").replace("\u0e40\u0e40", "\u0e41")
    return _NOT_WORD.sub(" ", _JOINING_MARKS.sub("", plain).translate(_THAI_DIGITS)).strip()


_fold_once = lru_cache(maxsize=20_000)(_fold)
