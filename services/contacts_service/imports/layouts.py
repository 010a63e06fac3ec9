"""Whose export a file is, and what each of its columns means."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from contacts_service.imports import headings
from contacts_service.imports.headings import heading_key
from contacts_service.imports.targets import JOINED_TARGETS, InvalidMapping, is_target, parse_target

_GOOGLE_COLUMN = re.compile(r"(email|phone|address|organization)(\d{1,2})(\w+)")
_GOOGLE_PARTS = {
    "email": {"value": "emails[{}].value", "label": "emails[{}].label", "type": "emails[{}].label"},
    "phone": {"value": "phones[{}].value", "label": "phones[{}].label", "type": "phones[{}].label"},
    "address": {
        "label": "addresses[{}].label", "type": "addresses[{}].label", "formatted": "addresses[{}].formatted",
        "street": "addresses[{}].street", "extendedaddress": "addresses[{}].street", "pobox": "addresses[{}].street",
        "city": "addresses[{}].city", "region": "addresses[{}].province", "postalcode": "addresses[{}].postal_code",
        "country": "addresses[{}].country",
    },
    "organization": {"name": "company.name", "title": "job_title"},
}  # fmt: skip
_THAI = re.compile("[\u0e00-\u0e7f]")
_GIVEN_OR_FULL = frozenset(map(heading_key, ("ชื่อ", "first")))


class Layout(StrEnum):
    GOOGLE = "google"
    GOOGLE_OLDER = "google_older"
    OUTLOOK = "outlook"
    HUBSPOT = "hubspot"
    SALESFORCE = "salesforce"
    SAMPHAN = "samphan"
    VCARD = "vcard"
    GENERIC = "generic"


@dataclass(frozen=True, slots=True, kw_only=True)
class Detected:
    """`mapping` is column place from 0 → target (see targets.py); `confidence` from 0 to 1 is the share understood."""

    layout: Layout
    mapping: dict[int, str]
    unmapped: list[str]
    confidence: float


def detect_layout(header: Sequence[str]) -> Detected:
    keys = [heading_key(heading) for heading in header]
    layout = _layout(header, keys)
    if layout is Layout.VCARD:
        return Detected(layout=layout, mapping=dict(enumerate(header)), unmapped=[], confidence=1.0)
    mapping = _without_repeats(_guess(keys, _MEANINGS[layout]))
    if "names.family" not in mapping.values():
        mapping = {p: _full_if_alone(keys[p], target) for p, target in mapping.items()}
    named = [position for position, heading in enumerate(header) if heading.strip()]
    share = len(mapping) / len(named) if named else 0.0
    return Detected(
        layout=layout,
        mapping=mapping,
        unmapped=[header[position] for position in named if position not in mapping],
        confidence=round(share if layout is Layout.GENERIC else max(share, 0.9), 2),
    )


def override_mapping(
    header: Sequence[str], mapping: Mapping[int, str], wanted: Mapping[str, str | None]
) -> dict[int, str]:
    """`mapping` changed by column name; None leaves a column out. Raises InvalidMapping."""
    places = {heading: position for position, heading in enumerate(header)}
    if unknown := [column for column in wanted if column not in places]:
        raise InvalidMapping(f"The file has no column '{unknown[0][:60]}'. Its columns are: {', '.join(header)[:500]}.")
    merged = {**mapping, **{places[column]: target for column, target in wanted.items()}}
    chosen = {places[column] for column in wanted}
    taken = {target for position, target in merged.items() if position in chosen and target}
    result = {
        position: target
        for position, target in sorted(merged.items())
        if target and (position in chosen or target not in taken or JOINED_TARGETS.fullmatch(target))
    }
    check_mapping(header, result)
    return result


def check_mapping(header: Sequence[str], mapping: Mapping[int, str]) -> None:
    """Raises InvalidMapping: unknown target, or two columns for a target that takes one."""
    seen: dict[str, int] = {}
    for position, target in mapping.items():
        parsed = parse_target(target)
        first = seen.setdefault(target, position)
        if first != position and not JOINED_TARGETS.fullmatch(target) and (parsed.key or "[" not in target):
            raise InvalidMapping(
                f"Columns '{header[first]}' and '{header[position]}' both fill {target}. Leave one out."
            )
    if not mapping:
        raise InvalidMapping("No column is mapped. Tell at least which one holds the name, e-mail or phone number.")


def _layout(header: Sequence[str], keys: Sequence[str]) -> Layout:
    if all(map(is_target, header)):
        return Layout.VCARD
    found = frozenset(keys)
    parts = {match[3] for key in keys if (match := _GOOGLE_COLUMN.fullmatch(key))}
    if {"givenname", "familyname"} <= found and (found & headings.GOOGLE_OLDER_SIGNS or "type" in parts):
        return Layout.GOOGLE_OLDER
    if "firstname" in found and parts & {"label", "value"} and ("label" in parts or found & headings.GOOGLE_SIGNS):
        return Layout.GOOGLE
    if found & {"recordid", "recordidcontact"} and found & headings.HUBSPOT_SIGNS:
        return Layout.HUBSPOT
    if len(found & headings.OUTLOOK_SIGNS) >= 3:
        return Layout.OUTLOOK
    if "lastname" in found and len(found & headings.SALESFORCE_SIGNS) >= 2:
        return Layout.SALESFORCE
    return Layout.SAMPHAN if _is_own(header, keys) else Layout.GENERIC


def _is_own(header: Sequence[str], keys: Sequence[str]) -> bool:
    own = sum(heading in headings.OWN_FIELDS for heading in header)
    thai = sum(
        bool(_THAI.search(heading)) and key in headings.GENERIC for heading, key in zip(header, keys, strict=True)
    )
    return own >= 2 or thai >= 2


def _guess(keys: Sequence[str], meaning: Callable[[str], str | None]) -> Iterable[tuple[int, str]]:
    for position, key in enumerate(keys):
        if key and (target := meaning(key)):
            yield position, target


def _without_repeats(pairs: Iterable[tuple[int, str]]) -> dict[int, str]:
    """A second column for an e-mail or phone is one more of them; for a single value it stays unmapped."""
    mapping: dict[int, str] = {}
    for position, target in pairs:
        taken = set(mapping.values())
        numbered = (target.replace("[1]", f"[{number}]") for number in range(1, 20))
        free = target if JOINED_TARGETS.fullmatch(target) else next((t for t in numbered if t not in taken), None)
        if free is not None and (free == target or free.endswith("].value")):
            mapping[position] = free
    return mapping


def _full_if_alone(key: str, target: str) -> str:
    """ชื่อ without a column for the family name holds the whole name."""
    return "names.full" if target == "names.given" and key in _GIVEN_OR_FULL else target


def _google_meaning(key: str) -> str | None:
    if match := _GOOGLE_COLUMN.fullmatch(key):
        target = _GOOGLE_PARTS[match[1]].get(match[3])
        return target.format(int(match[2])) if target else None
    return headings.GENERIC.get(key)


_MEANINGS: dict[Layout, Callable[[str], str | None]] = {
    Layout.GOOGLE: _google_meaning,
    Layout.GOOGLE_OLDER: _google_meaning,
    Layout.OUTLOOK: headings.OUTLOOK.get,
    Layout.HUBSPOT: headings.HUBSPOT.get,
    Layout.SALESFORCE: headings.SALESFORCE.get,
    Layout.SAMPHAN: headings.GENERIC.get,
    Layout.GENERIC: _google_meaning,  # columns of a Google export are plain wherever they stand
}
