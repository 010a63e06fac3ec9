"""A contact as a card: vCard 4.0 (RFC 6350)."""

from collections.abc import Iterator, Mapping
from typing import Any

MEDIA_TYPE = "text/vcard"
LINE_OCTETS = 75
Contact = Mapping[str, Any]
_SEXES = {"male": "M", "female": "F"}
_TYPES = {"home": "home", "work": "work", "mobile": "cell", "fax": "fax", "work_fax": "fax", "home_fax": "fax"}


def card_of(contact: Contact) -> str:
    """`contact` is a contact as the API shows it, with its `company` if it has one."""
    lines = ["BEGIN:VCARD", "VERSION:4.0", f"UID:urn:uuid:{contact['id']}", *_lines(contact), "END:VCARD"]
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _lines(contact: Contact) -> Iterator[str]:
    yield f"FN:{_escaped(contact['full_name'])}"
    name = ("family_name", "given_name", "middle_name", "prefix", "suffix")
    if any(contact[part] for part in name):
        yield "N:" + ";".join(_escaped(contact[part]) for part in name)
    yield from _singles(contact)
    for item in contact["emails"]:
        yield f"EMAIL{_marks(item)}:{_escaped(item['value'])}"
    for item in contact["phones"]:
        extension = f";ext={item['extension']}" if item.get("extension") else ""
        yield f"TEL;VALUE=uri{_marks(item)}:tel:{item['value']}{extension}"
    for item in contact["addresses"]:
        street = ", ".join(filter(None, (item["street"], item["district"])))
        rest = (item["city"], item["province"], item["postal_code"], item["country"])
        yield f"ADR{_marks(item)}:;;" + ";".join(map(_escaped, (street, *rest)))
    yield f"REV:{contact['updated_at'][:19].replace('-', '').replace(':', '')}Z"


def _singles(contact: Contact) -> Iterator[str]:
    company = contact.get("company") or {}
    singles = {
        "NICKNAME": contact["nickname"],
        "ORG": company.get("name"),
        "TITLE": contact["job_title"],
        "ROLE": contact["occupation"],
        "NOTE": contact["notes"],
    }
    for name, value in singles.items():
        if value:
            yield f"{name}:{_escaped(value)}"
    if contact["birthday"]:
        yield f"BDAY:{_birthday(contact['birthday'])}"
    if contact["sex"]:
        sex = contact["sex"]
        yield f"GENDER:{_SEXES[sex]}" if sex in _SEXES else f"GENDER:O;{_escaped(sex)}"
    if contact["tags"]:
        yield "CATEGORIES:" + ",".join(map(_escaped, contact["tags"]))
    if contact["language"]:
        yield f"LANG:{contact['language']}"


def _birthday(birthday: Mapping[str, int | None]) -> str:
    """Without a year: `--0412`."""
    year = "--" if birthday["year"] is None else f"{birthday['year']:04}"
    return f"{year}{birthday['month']:02}{birthday['day']:02}"


def _marks(item: Mapping[str, Any]) -> str:
    """A label of ours that is no type of the standard travels quoted, as a type of its own."""
    label = item.get("label")
    mark = ";PREF=1" if item.get("primary") else ""
    if not label:
        return mark
    kind = _TYPES.get(label)
    return f"{mark};TYPE={kind}" if kind else f'{mark};TYPE="{_quotable(label)}"'


def _quotable(text: str) -> str:
    """RFC 6868 has no place in quotes for these."""
    return text.replace('"', "'").replace("\n", " ").replace("\r", " ")


def _escaped(text: str | None) -> str:
    escaped = (text or "").replace("\\", "\\\\").replace("\r\n", "\n").replace("\n", "\\n").replace("\r", "\\n")
    return escaped.replace(",", "\\,").replace(";", "\\;")


def _folded(line: str) -> str:
    """At 75 octets, never inside a character: Thai has three octets each."""
    pieces, piece, size = [], "", 0
    for char in line:
        octets = len(char.encode())
        if size + octets > LINE_OCTETS:
            pieces.append(piece)
            piece, size = "", 1  # the blank before what goes on
        piece += char
        size += octets
    return "\r\n ".join([*pieces, piece])
