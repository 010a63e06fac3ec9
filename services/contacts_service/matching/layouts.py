"""People read from where they are: a contact's values, a row of a file."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from contacts_service.contacts.names import split_name
from contacts_service.matching.people import (
    Name,
    Person,
    birthday_of,
    day_of,
    email_of,
    known,
    latin,
    name_of,
    phone_of,
    street_of,
)  # fmt: skip

_HOUSE = re.compile(r"^\s*([0-9๐-๙][0-9๐-๙/\-]*[a-zA-Z]?)[\s,]+(.*)$")


def person_of_contact(id: str, values: Mapping[str, Any]) -> Person:  # noqa: A002 - the field's name
    """From the values of a contact's columns, as the database or an import holds them; absent ones are unknown."""
    given, family = _names(values.get("full_name"), values.get("given_name"), values.get("family_name"))
    address = _primary(values.get("addresses") or ())
    house, street = split_house(address.get("street") or "")
    birthday = values.get("birthday")
    return Person(
        id=id,
        given=given,
        family=family,
        birthday=day_of(birthday["year"], birthday["month"], birthday["day"]) if birthday else "",
        phones=known(item["value"] for item in values.get("phones") or ()),
        emails=known(email_of(item["value"]) for item in values.get("emails") or ()),
        house=house,
        street=street_of(street),
        district=latin(address.get("district") or address.get("city") or ""),
        province=latin(address.get("province") or ""),
        postcode=latin(address.get("postal_code") or ""),
    )


def person_of_row(row: Mapping[str, str]) -> Person:
    """From a row in the layout of Febrl, which may also have `full_name`, `phone` and `email`."""
    cell = {name.strip(): (value or "").strip() for name, value in row.items()}.get
    given, family = _names(cell("full_name"), cell("given_name"), cell("surname"))
    house, street = cell("street_number", ""), cell("address_1", "")
    if not house:
        house, street = split_house(street)
    return Person(
        id=cell("rec_id", ""),
        given=given,
        family=family,
        birthday=birthday_of(cell("date_of_birth", "")),
        phones=known([phone_of(cell("phone", ""))]),
        emails=known([email_of(cell("email", ""))]),
        house=latin(house),
        street=street_of(f"{street} {cell('address_2', '')}"),
        district=latin(cell("suburb", "")),
        province=latin(cell("state", "")),
        postcode=latin(cell("postcode", "")),
    )


def split_house(street: str) -> tuple[str, str]:
    """The house number in front and the rest: '99/1 ถนนสุขุมวิท'."""
    found = _HOUSE.match(street)
    return (latin(found[1]), found[2]) if found else ("", street)


def _names(full: str | None, given: str | None, family: str | None) -> tuple[Name, Name]:
    if full and not (given or family):
        parts = split_name(full)
        given, family = f"{parts.given_name} {parts.middle_name}", parts.family_name
    return name_of(given or ""), name_of(family or "")


def _primary(items: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    return next((item for item in items if item.get("primary")), items[0] if items else {})
