"""A file of cards as a table whose headings are the fields that columns can be mapped to."""

import csv
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from contacts_service.vcards.lines import Line, read_cards
from shared.files.encodings import detect_encoding

Row = dict[str, str]
MAX_ITEMS = 21
"""One more than a contact can have: then the row fails and says so."""
_BEGINNING = b"BEGIN:VCARD"
_NAMES = ("names.family", "names.given", "names.middle", "names.prefix", "names.suffix")
_ADDRESS = ("", "", "street", "city", "province", "postal_code", "country")
_UNTOLD = frozenset({"pref", "internet", "voice", "x400", "text", "msg"})
_LABELS = {"cell": "mobile", "main": "main"}
_SEXES = {"m": "male", "f": "female"}
_PLAIN = {"FN": "names.full", "TITLE": "job_title", "ROLE": "occupation", "BDAY": "birthday"}


def tabulate_cards(path: Path) -> None:
    """Puts a table, CSV in UTF-8, in the place of a file of cards; any other file stays. Raises UnreadableFile."""
    if not _is_vcard(path):
        return
    encoding = detect_encoding(path)
    header = sorted({column for row in _rows(path, encoding) for column in row}, key=_order)
    made = path.with_name(f"{path.name}.table")
    with made.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header or ["names.full"], restval="")
        writer.writeheader()
        writer.writerows(_rows(path, encoding))
        file.flush()
        os.fsync(file.fileno())
    made.replace(path)


def _is_vcard(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(64).lstrip(b"\xef\xbb\xbf\r\n \t").upper().startswith(_BEGINNING)


def _rows(path: Path, encoding: str) -> Iterator[Row]:
    with path.open(encoding=encoding, newline="") as file:
        for card in read_cards(file):
            if row := row_of(card):
                yield row


def _order(column: str) -> tuple[str, int, str]:
    field, _, rest = column.partition("[")
    number, _, part = rest.partition("]")
    return field, int(number) if number.isdecimal() else 0, part


def row_of(card: Sequence[Line]) -> Row:
    """Cells by heading, none of them empty."""
    labels = {line.group: line.text.strip("_$!<>") for line in card if line.group and line.name == "X-ABLABEL"}
    row: Row = {}
    for line in card:
        if line.name in _PLAIN:
            row.setdefault(_PLAIN[line.name], line.text)
        elif reader := _READERS.get(line.name):
            row.update(reader(line))
    for name, kind, parts in (("EMAIL", "emails", _value), ("TEL", "phones", _value), ("ADR", "addresses", _address)):
        row.update(_list(kind, _by_preference(line for line in card if line.name == name), labels, parts))
    return {heading: cell for heading, cell in row.items() if cell.strip()}


def _list(kind: str, lines: Sequence[Line], labels: dict[str, str], parts: Callable[[Line], Row]) -> Row:
    row: Row = {}
    for number, line in enumerate(lines[:MAX_ITEMS], 1):
        label = labels.get(line.group) or " ".join(_LABELS.get(each, each) for each in _telling(line))
        row |= {f"{kind}[{number}].{part}": cell for part, cell in (parts(line) | {"label": label}).items()}
    return row


def _by_preference(lines: Iterable[Line]) -> list[Line]:
    """`PREF=1` (4.0) and `TYPE=pref` come first: the first one becomes the primary one."""

    def rank(line: Line) -> int:
        given = (line.parameters.get("pref") or ["1" if "pref" in line.types else "101"])[0]
        return int(given) if given.isdecimal() else 101

    return sorted(lines, key=rank)


def _telling(line: Line) -> list[str]:
    return [each for each in dict.fromkeys(line.types) if each not in _UNTOLD][:2]


def _value(line: Line) -> Row:
    value = line.text
    if value.lower().startswith(("tel:", "mailto:")):
        value = value.partition(":")[2].replace(";ext=", " ext. ")
    return {"value": value}


def _address(line: Line) -> Row:
    """Post office box and extended address, which 4.0 deprecates, belong to the street."""
    parts = [*line.parts, *[""] * len(_ADDRESS)][: len(_ADDRESS)]
    row = {name: part for name, part in zip(_ADDRESS, parts, strict=True) if name}
    return row | {"street": ", ".join(filter(None, (parts[2], parts[1], parts[0])))}


def _name(line: Line) -> Row:
    return {heading: part.replace(",", " ") for heading, part in zip(_NAMES, line.parts, strict=False)}


def _organisation(line: Line) -> Row:
    return {"company.name": line.parts[0]}


def _sex(line: Line) -> Row:
    first = line.parts[0].strip().lower()
    return {"sex": _SEXES.get(first, first if len(first) > 1 else "")}


_READERS: dict[str, Callable[[Line], Row]] = {
    "N": _name,
    "ORG": _organisation,
    "GENDER": _sex,
    "X-GENDER": _sex,
    "NICKNAME": lambda line: {"names.nickname": line.items[0]},
    "NOTE": lambda line: {"notes": line.text},
    "CATEGORIES": lambda line: {"tags": ":::".join(line.items)},
    "UID": lambda line: {"external_ids[vcard]": line.text.removeprefix("urn:uuid:")},
}
