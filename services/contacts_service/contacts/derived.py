"""What follows from the values that a contact is given. On plain mappings of its columns: the ORM's instrumented
attributes would take a third of the time of an import."""

from collections.abc import Iterator, Mapping
from typing import Any

from contacts_service.contacts.collation import sort_key
from contacts_service.contacts.names import NameOrder, NameParts, display_name, split_name
from shared.errors import UnprocessableError

Items = list[dict[str, Any]]
Values = dict[str, Any]
NAME_PARTS = ("prefix", "given_name", "middle_name", "family_name", "suffix", "nickname")
NAMING = frozenset((*NAME_PARTS, "name_order"))
SINGLES: tuple[tuple[str, str, Values], ...] = (("email", "emails", {}), ("phone", "phones", {"extension": None}))
"""The short form of a list, and what else an item of the list has."""


class Nameless(UnprocessableError):
    code = "name_or_contact_point_required"
    title = ("A name, e-mail or phone is needed", "ต้องมีชื่อ อีเมล หรือเบอร์โทรศัพท์")


def take_over(values: Values, given: Mapping[str, Any]) -> None:
    """Puts what is given, and what follows from it, into a contact's values. Raises Nameless.

    `full_name` alone is taken apart into the parts; parts alone make the `full_name`. `email` or `phone` alone replace
    the primary one.
    """
    given = _without_singles(given, values)
    values.update(given)
    _settle_name(values, given)
    values["email"], values["phone"] = primary(values["emails"]), primary(values["phones"])
    values["full_name"] = values["full_name"] or values["email"] or values["phone"] or ""
    if not values["full_name"]:
        raise Nameless("A contact needs a name, an e-mail or a phone number. Give at least one of them.")
    values["sort_name"] = sort_key(values["full_name"])


def _settle_name(values: Values, given: Mapping[str, Any]) -> None:
    if given.get("full_name"):
        if not (given.get("given_name") or given.get("family_name")):
            values.update({name: part for name, part in _parts(given["full_name"]) if name not in given})
    elif not NAMING.isdisjoint(given):
        known = {name: values[name] or "" for name in NAME_PARTS}
        values["full_name"] = display_name(NameParts(**known, order=NameOrder(values["name_order"])))


def _parts(full_name: str) -> Iterator[tuple[str, str | None]]:
    """What the name is made of. A nickname is known otherwise if the name does not tell it."""
    parts = split_name(full_name)
    for name in NAME_PARTS:
        part = getattr(parts, name) or None
        if part or name != "nickname":
            yield name, part
    yield "name_order", parts.order.value


def _without_singles(given: Mapping[str, Any], values: Values) -> Values:
    rest = dict(given)
    for single, several, more in SINGLES:
        if single in rest:
            value = rest.pop(single)
            rest.setdefault(several, _replaceprimary(values[several], value, more))
    return rest


def _replaceprimary(items: Items, value: str | None, more: Values) -> Items:
    """The new one keeps the label of the old."""
    others = [item for item in items if not item["primary"] and item["value"] != value]
    if value is None:
        return [{**item, "primary": index == 0} for index, item in enumerate(others)]
    label = next((item["label"] for item in items if item["primary"]), None)
    return [{"value": value, "label": label, "primary": True, **more}, *others]


def primary(items: Items) -> str | None:
    for item in items:  # a generator would take three times as long
        if item["primary"]:
            return str(item["value"])
    return None
