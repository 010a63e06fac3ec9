"""What a row adds to a contact: pure, no I/O. Absent values leave the contact's alone, lists are united by value."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from contacts_service.contacts.derived import Items
from contacts_service.contacts.models import Contact
from contacts_service.contacts.tag_names import MAX_TAGS, changed_tags
from contacts_service.imports.points import MAX_ITEMS

Values = dict[str, Any]
ADDRESS_PARTS = ("street", "district", "city", "province", "postal_code", "country")
NAMES = frozenset(("prefix", "given_name", "middle_name", "family_name", "suffix", "nickname", "full_name"))


class TooMany(ValueError):
    """The contact would have more items in `field` than a contact can have."""

    def __init__(self, field: str, limit: int) -> None:
        self.field = field
        self.detail = f"With this row the contact would have more than {limit} {field}. Remove those not in use."
        super().__init__(self.detail)


def additions(contact: Contact, values: Mapping[str, Any]) -> Values:
    """What `Contact.change` is to be given; empty if the contact knows all of it already. Raises TooMany."""
    given: Values = {}
    for name, value in values.items():
        known = getattr(contact, name)
        if known == value:
            continue
        unite = _UNITE.get(name)
        new = value if unite is None else unite(known, value)
        if new != known:
            given[name] = new
    if "name_order" in given and not NAMES.intersection(given):
        del given["name_order"]
    return given


def _unite_points(name: str, known: Items, more: Items) -> Items:
    if not known:
        return more
    by_value = {item["value"]: item for item in known}
    for item in more:
        old = by_value.get(item["value"])
        by_value[item["value"]] = {**item, "primary": False} if old is None else _completed(old, item)
    return _bounded(name, list(by_value.values()))


def _completed(old: dict[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """A label that was missing is taken over, one that is there stays."""
    gaps = {key: value for key, value in new.items() if value is not None and old.get(key) is None}
    return {**old, **gaps} if gaps else old


def _unite_addresses(known: Items, more: Items) -> Items:
    if not known:
        return more
    seen = {_place(item) for item in known}
    united = [*known, *({**item, "primary": False} for item in more if _place(item) not in seen)]
    return _bounded("addresses", united)


def _place(address: Mapping[str, Any]) -> tuple[str | None, ...]:
    return tuple(address.get(part) for part in ADDRESS_PARTS)


def _unite_ids(known: Items, more: Items) -> Items:
    seen = {(item["system"], item["id"]) for item in known}
    new = [item for item in more if (item["system"], item["id"]) not in seen]
    return _bounded("external_ids", [*known, *new])


def unite_tags(known: Sequence[str], more: Sequence[str]) -> list[str]:
    """Raises TooMany."""
    return _bounded("tags", changed_tags(known, add=more), MAX_TAGS)


def with_tags(values: Mapping[str, Any], tags: Sequence[str]) -> Values:
    """The values with these tags as well. Raises TooMany."""
    return {**values, "tags": unite_tags(values.get("tags", ()), tags)} if tags else dict(values)


def _unite_birthday(known: dict[str, Any] | None, new: dict[str, Any]) -> dict[str, Any]:
    """A day without a year does not take away the year that is known."""
    if known is None or new["year"] is not None or (known["month"], known["day"]) != (new["month"], new["day"]):
        return new
    return known


def _bounded(name: str, items: list[Any], limit: int = MAX_ITEMS) -> list[Any]:
    if len(items) > limit:
        raise TooMany(name, limit)
    return items


_UNITE: Mapping[str, Callable[[Any, Any], Any]] = {
    "emails": lambda known, more: _unite_points("emails", known, more),
    "phones": lambda known, more: _unite_points("phones", known, more),
    "addresses": _unite_addresses,
    "external_ids": _unite_ids,
    "tags": unite_tags,
    "birthday": _unite_birthday,
}
