"""A mapped row as the values of a contact, in the shape of the API; every error of the row at once."""

import re

from contacts_service.contacts.tag_names import MAX_TAGS
from contacts_service.contacts.values import (
    InvalidValue,
    NameParts,
    check_length,
    clean_lines,
    clean_text,
    display_name,
    parse_email,
    split_name,
    split_title,
)
from contacts_service.imports.custom import read_custom
from contacts_service.imports.plans import NAME_FIELDS, Plan, Reading, plan_reading
from contacts_service.imports.points import MAX_ITEMS, read_addresses, read_emails, read_phones
from contacts_service.imports.records import ContactRow
from shared.files.errors import RowError
from shared.files.records import Row

__all__ = ["Plan", "plan_reading", "read_contact"]

_OWNER_CHARS = 400

_TAG_LIST = re.compile(r":::|[;,|\n]")
_EMAIL_WITHIN = re.compile(r"[^\s()<>]+@[^\s()<>]+")
_SYSTEM_GROUPS = frozenset(("mycontacts", "my contacts", "other contacts"))


def read_contact(row: Row, plan: Plan) -> ContactRow | list[RowError]:
    """What the row tells; empty cells leave their key out, so that an update leaves those values alone."""
    reading = Reading(row, plan)
    contact = _read_fields(reading)
    _read_name(reading, contact)
    for name, read in (("emails", read_emails), ("phones", read_phones), ("addresses", read_addresses)):
        if items := read(reading):
            contact[name] = items
        if len(items) > MAX_ITEMS:
            detail = f"The row has {len(items)} {name}, {MAX_ITEMS} are possible. Keep the ones in use."
            reading.errors.append(RowError(row=row.number, code=f"too_many_{name}", detail=detail))
    _read_rest(reading, contact)
    if not reading.errors and not _is_identified(contact):
        detail = "The row has no name, e-mail, phone number or external id. Fill in at least one of them."
        reading.errors.append(RowError(row=row.number, code="name_or_contact_point_required", detail=detail))
    return reading.errors or contact


def _read_fields(reading: Reading) -> ContactRow:
    contact: ContactRow = {}
    cells = reading.cells
    for position, name, parse in reading.plan.fields:
        if (cell := cells[position]) and not cell.isspace():
            try:
                value = parse(cell.strip())
            except InvalidValue as error:
                reading.fail(position, error)
                continue
            if value is not None:
                contact[name] = value
    return contact


def _read_name(reading: Reading, contact: ContactRow) -> None:
    position = reading.plan.full_name
    if "given_name" in contact and "prefix" not in contact:
        _split_off_title(contact)
    if position is None or "given_name" in contact or "family_name" in contact:
        return
    parts = _parts(reading, position)
    if full_name := display_name(parts):
        _take_over(reading, position, parts, contact)
        contact["full_name"] = full_name
        contact["name_order"] = parts.order.value


def _parts(reading: Reading, position: int) -> NameParts:
    try:
        return split_name(check_length("full_name", reading.cells[position]))
    except InvalidValue as error:
        reading.fail(position, error)
        return NameParts()


def _split_off_title(contact: ContactRow) -> None:
    prefix, rest = split_title(contact["given_name"])
    if prefix:
        contact["prefix"], contact["given_name"] = prefix, rest


def _take_over(reading: Reading, position: int, parts: NameParts, contact: ContactRow) -> None:
    for name in NAME_FIELDS.values():
        if text := getattr(parts, name):
            try:
                contact.setdefault(name, check_length(name, text))
            except InvalidValue as error:
                reading.fail(position, error)


def _read_rest(reading: Reading, contact: ContactRow) -> None:
    cells, plan = reading.cells, reading.plan
    if tags := _read_tags(reading):
        contact["tags"] = tags
    notes = "\n".join(filter(None, (clean_lines(cells[position]) for position in plan.notes if cells[position])))
    if notes:
        try:
            contact["notes"] = check_length("notes", notes)
        except InvalidValue as error:
            reading.fail(plan.notes[0], error)
    if plan.owner is not None and (owner := cells[plan.owner].strip()):
        _read_owner(reading, plan.owner, owner, contact)
    if custom := read_custom(reading):
        contact["custom_fields"] = custom
    if ids := _read_external_ids(reading):
        contact["external_ids"] = ids


def _read_tags(reading: Reading) -> list[str]:
    tags: dict[str, str] = {}
    for position in reading.plan.tags:
        for part in _TAG_LIST.split(reading.cells[position]) if reading.cells[position] else ():
            tag = clean_text(part).removeprefix("* ").strip()
            if tag and tag.lower() not in _SYSTEM_GROUPS:
                try:
                    tags.setdefault(tag.casefold(), check_length("tag", tag))
                except InvalidValue as error:
                    reading.fail(position, error)
        if len(tags) > MAX_TAGS:
            reading.refuse(position, "too_many_tags", f"More than {MAX_TAGS} tags. Keep the ones that matter.")
    return list(tags.values())


def _read_owner(reading: Reading, position: int, text: str, contact: ContactRow) -> None:
    """Some systems export the owner's name instead: `owner_name` then, for whoever knows the users."""
    match = _EMAIL_WITHIN.search(text[:_OWNER_CHARS])
    if match is None:
        contact["owner_name"] = clean_text(text[:_OWNER_CHARS])
        return
    try:
        contact["owner_email"] = parse_email(match.group())
    except InvalidValue as error:
        reading.fail(position, error)


def _read_external_ids(reading: Reading) -> list[dict[str, str]]:
    ids: dict[tuple[str, str], None] = {}
    for position, system in reading.plan.external_ids:
        text = clean_text(reading.cells[position])
        for part in (text,) if system else filter(None, re.split(r"\s*[;|]\s*", text)):
            name, value = (system, part) if system else map(str.strip, part.partition(":")[::2])
            try:
                if value:
                    ids[(name, check_length("external_id", value))] = None
                elif part:
                    reading.refuse(position, "invalid_external_id", "Write system:id, such as shopify:1234.")
            except InvalidValue as error:
                reading.fail(position, error)
    return [{"system": system, "id": value} for system, value in ids]


def _is_identified(contact: ContactRow) -> bool:
    known = ("given_name", "family_name", "full_name", "nickname", "emails", "phones", "external_ids")
    return any(name in contact for name in known)
