"""The lines of vCard files: RFC 6350 (4.0), RFC 2426 (3.0), and versit's 2.1 with its quoted-printable lines."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from quopri import decodestring

UNREAD = frozenset({"PHOTO", "LOGO", "SOUND", "KEY"})
"""Of no use to us, and large."""
MAX_LINE_CHARS = 200_000
_LINE = re.compile(r"(?:([\w.-]+)\.)?([\w-]+)((?:;(?:[^\":;]|\"[^\"]*\")*)*):(.*)", re.DOTALL)
_PARAMETER = re.compile(r';([^=;:"]+)(?:=((?:"[^"]*"|[^;:"])*))?')
_VALUE = re.compile(r'"[^"]*"|[^,]+')
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ENCODINGS_OF_2_1 = frozenset({"QUOTED-PRINTABLE", "BASE64", "B", "8BIT", "7BIT"})


@dataclass(frozen=True, slots=True)
class Line:
    """One property: `TEL;TYPE=work,voice:+66...`. Names are upper case, parameters lower case without quotes.

    `group` binds lines of one thing: `item1.TEL` and `item1.X-ABLABEL`.
    """

    name: str
    value: str
    parameters: dict[str, list[str]] = field(default_factory=dict)
    group: str = ""

    @property
    def text(self) -> str:
        return unescape(self.value)

    @property
    def parts(self) -> list[str]:
        """A structured value: N, ADR, ORG."""
        return [unescape(part) for part in split(self.value, ";")]

    @property
    def items(self) -> list[str]:
        """A value of several: CATEGORIES, NICKNAME."""
        return [unescape(item) for item in split(self.value, ",")]

    @property
    def types(self) -> list[str]:
        return self.parameters.get("type", [])


def read_cards(text: Iterable[str]) -> Iterator[list[Line]]:
    """The properties of each card, from the file's lines. What stands outside a card is left out."""
    card: list[Line] | None = None
    for line in map(_parse, unfold(text)):
        if line is None:
            continue
        if line.name == "BEGIN":
            card = []
        elif line.name == "END":
            if card is not None:
                yield card
            card = None
        elif card is not None and line.name not in UNREAD:
            card.append(line)


def unfold(lines: Iterable[str]) -> Iterator[str]:
    """A line that begins with a blank goes on with the one before; so does one after a quoted-printable one's last `=`.

    Lines are cut at MAX_LINE_CHARS: only pictures are longer.
    """
    whole = ""
    for raw in lines:
        line = raw.rstrip("\r\n")
        if line[:1] in (" ", "\t"):
            whole += line[1:] if len(whole) < MAX_LINE_CHARS else ""
        elif whole.endswith("=") and "QUOTED-PRINTABLE" in whole.partition(":")[0].upper():
            whole = whole[:-1] + line
        else:
            if whole:
                yield whole
            whole = line
    if whole:
        yield whole


def split(value: str, separator: str) -> list[str]:
    """At the separators that no backslash precedes; escapes stay."""
    return list(_pieces(value, separator))


def _pieces(value: str, separator: str) -> Iterator[str]:
    start = position = 0
    while position < len(value):
        if value[position] == "\\":
            position += 1
        elif value[position] == separator:
            yield value[start:position]
            start = position + 1
        position += 1
    yield value[start:]


def unescape(text: str) -> str:
    return _ESCAPE.sub(lambda match: "\n" if match[1] in "nN" else match[1], text) if "\\" in text else text


def _parse(text: str) -> Line | None:
    match = _LINE.fullmatch(text)
    if match is None:
        return None
    group, name, rest, value = match.groups()
    parameters = _parameters(rest)
    return Line(name.upper(), _decoded(value, parameters), parameters, (group or "").lower())


def _parameters(text: str) -> dict[str, list[str]]:
    """2.1 has bare ones (`TEL;HOME;VOICE`): encodings and types."""
    found: dict[str, list[str]] = {}
    for match in _PARAMETER.finditer(text):
        name, value = match[1].strip(), match[2]
        if value is None:
            name, value = ("encoding" if name.upper() in _ENCODINGS_OF_2_1 else "type"), name
        values = [each for piece in _VALUE.findall(value) for each in piece.strip('" ').lower().split(",")]
        found.setdefault(name.lower(), []).extend(values)
    return found


def _decoded(value: str, parameters: dict[str, list[str]]) -> str:
    if "quoted-printable" not in parameters.get("encoding", ()):
        return value
    return _as_text(decodestring(value.encode("latin-1", "replace")), parameters.get("charset", ()))


def _as_text(raw: bytes, charsets: Sequence[str]) -> str:
    for charset in (*charsets, "utf-8", "cp874"):
        try:
            return raw.decode(charset)
        except (LookupError, UnicodeDecodeError):
            continue
    return raw.decode("utf-8", "replace")
