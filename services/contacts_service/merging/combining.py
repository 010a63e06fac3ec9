"""The values of people who are one: pure functions over what a contact's columns hold."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from contacts_service.contacts.derived import NAME_PARTS
from contacts_service.contacts.models import CHANGEABLE, Contact
from contacts_service.contacts.values import MAX_LENGTHS

Values = dict[str, Any]
"""By the names of CHANGEABLE, JSON-ready."""

NAME = (*(name for name in NAME_PARTS if name != "nickname"), "name_order", "full_name")
"""A name is one value: never one's first name with another one's last."""
IDENTITIES: Mapping[str, Callable[[Any], Any]] = {
    "emails": lambda item: item["value"],
    "phones": lambda item: item["value"],
    "external_ids": lambda item: (item["system"], item["id"]),
    "addresses": lambda item: sorted((key, value) for key, value in item.items() if key != "primary" and value),
    "tags": lambda item: item,
}
"""What makes two items of a list the same."""
MANY = ("notes", "custom_fields")
"""Values that are put together, each in its own way."""
IDS = ("company_id", "owner_id")
CHOOSABLE = tuple(name for name in CHANGEABLE if name not in (*NAME[:-1], "external_ids"))
"""External ids cannot be chosen: whoever knows one of the contacts by his id finds the survivor by it."""


def values_of(contact: Contact) -> Values:
    values = contact.state()
    return values | {name: str(values[name]) if values[name] else None for name in IDS}


def given_of(values: Values) -> Values:
    """As `Contact.change` takes them."""
    return values | {name: UUID(values[name]) if values[name] else None for name in IDS}


def combine(people: Sequence[Values], chosen: Mapping[str, int]) -> Values:
    """The survivor's values, who is the first, completed by the others' in their order; `chosen` says whose field.

    Lists and notes are united, the survivor's first.
    """
    combined = {name: _single(people, chosen, name) for name in CHANGEABLE if name not in (*NAME, *IDENTITIES, *MANY)}
    named = people[chosen["full_name"]] if "full_name" in chosen else _first_named(people)
    combined |= {name: named[name] for name in NAME}
    combined |= {name: _list(people, chosen, name) for name in IDENTITIES}
    combined["custom_fields"] = _custom_fields(people, chosen)
    return combined | {"notes": people[chosen["notes"]]["notes"] if "notes" in chosen else _notes(people)}


def rebased(mine: Values, old: Values, new: Values) -> Values:
    """What became of `old` in `mine`, as if it had begun with `new`: what was changed since stays as it was changed."""
    is_named_since = any(mine[name] != old[name] for name in NAME)
    result = {name: new[name] if mine[name] == old[name] else mine[name] for name in mine}
    result |= {name: (mine if is_named_since else new)[name] for name in NAME}
    result["custom_fields"] = _rebased_fields(*(each["custom_fields"] for each in (mine, old, new)))
    return result | {name: _rebased_list(mine[name], old[name], new[name], name) for name in IDENTITIES}


def _single(people: Sequence[Values], chosen: Mapping[str, int], name: str) -> Any:
    if name in chosen:
        return people[chosen[name]][name]
    return next((values[name] for values in people if values[name] is not None), None)


def _first_named(people: Sequence[Values]) -> Values:
    """A contact that is called by its e-mail takes the name of another."""
    return next((values for values in people if values["given_name"] or values["family_name"]), people[0])


def _list(people: Sequence[Values], chosen: Mapping[str, int], name: str) -> list[Any]:
    lists = [people[chosen[name]][name]] if name in chosen else [values[name] for values in people]
    return _one_primary(_without([item for items in lists for item in items], [], name))


def _notes(people: Sequence[Values]) -> str | None:
    """The survivor's alone if all together are too long."""
    distinct = list(dict.fromkeys(filter(None, (values["notes"] for values in people))))
    together = "\n\n".join(distinct)
    return together if 0 < len(together) <= MAX_LENGTHS["notes"] else next(iter(distinct), None)


def _custom_fields(people: Sequence[Values], chosen: Mapping[str, int]) -> Values:
    """Each field is one value, the first person's who has it."""
    if "custom_fields" in chosen:
        return dict(people[chosen["custom_fields"]]["custom_fields"])
    return {key: value for values in reversed(people) for key, value in values["custom_fields"].items()}


def _rebased_fields(mine: Values, old: Values, new: Values) -> Values:
    kept = {key: value for key, value in mine.items() if key not in old or old[key] != value}
    returned = {key: value for key, value in new.items() if key not in mine or mine.get(key) == old.get(key)}
    gone = {key for key in old if key not in mine}
    return {key: value for key, value in (returned | kept).items() if key not in gone}


def _rebased_list(mine: list[Any], old: list[Any], new: list[Any], name: str) -> list[Any]:
    if mine == old:
        return new
    left = _without(mine, _without(old, new, name), name)
    return _one_primary([*left, *_without(_without(new, old, name), left, name)])


def _without(items: list[Any], others: list[Any], name: str) -> list[Any]:
    """The items that are not among the others, each once."""
    identity = IDENTITIES[name]
    seen = [identity(item) for item in others]
    kept = []
    for item in items:
        if identity(item) not in seen:
            seen.append(identity(item))
            kept.append(item)
    return kept


def _one_primary(items: list[Any]) -> list[Any]:
    """The first that says so, else the first."""
    if not items or "primary" not in items[0]:
        return items
    primary = next((place for place, item in enumerate(items) if item["primary"]), 0)
    return [item | {"primary": place == primary} for place, item in enumerate(items)]
