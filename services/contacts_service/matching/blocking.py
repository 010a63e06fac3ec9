"""Who is compared with whom: people meet under keys that survive one wrong value each, so nobody meets everybody."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from contacts_service.matching.people import Person
from contacts_service.matching.sounds import sound_of

LARGEST_BLOCK = 30
"""A key that more people have says too little: they meet under their other, rarer keys. Bounds pairs per person."""


def keys_of(person: Person) -> set[str]:
    """Two records of one person nearly always have one in common."""
    keys = {f"phone {phone}" for phone in person.phones} | {f"email {email}" for email in person.emails}
    keys.update(_name_keys(person), _place_keys(person))
    if person.birthday:
        keys.add(f"born {person.birthday[:4]} {_day(person.birthday)}")
    return keys


def pairs(people: Sequence[Person], others: Sequence[Person] | None = None) -> Iterator[tuple[int, int]]:
    """Positions of those to compare, each pair once: within `people`, or each of `people` with each of `others`."""
    keys = [keys_of(person) for person in people]
    if others is None:
        yield from _within(keys, _usable(keys))
        return
    other_keys = [keys_of(person) for person in others]
    usable = _usable([*keys, *other_keys])
    blocks: defaultdict[str, list[int]] = defaultdict(list)
    for position, own in enumerate(other_keys):
        for key in own & usable:
            blocks[key].append(position)
    for position, own in enumerate(keys):
        yield from ((position, other) for other in _met(own, blocks))


def _within(keys: Sequence[set[str]], usable: set[str]) -> Iterator[tuple[int, int]]:
    blocks: defaultdict[str, list[int]] = defaultdict(list)
    for position, own in enumerate(keys):
        yield from ((other, position) for other in _met(own, blocks))
        for key in own & usable:
            blocks[key].append(position)


def _met(keys: set[str], blocks: dict[str, list[int]]) -> list[int]:
    return sorted({other for key in keys if key in blocks for other in blocks[key]})


def _usable(keys: Sequence[set[str]]) -> set[str]:
    counts = Counter(key for own in keys for key in own)
    return {key for key, count in counts.items() if 1 < count <= LARGEST_BLOCK}


def _name_keys(person: Person) -> Iterator[str]:
    """The same whichever of the two names is called the family name."""
    sounds = sorted(filter(None, (person.given.sound, person.family.sound)))
    if len(sounds) == 2:
        yield f"name {sounds[0]} {sounds[1]}"
    for sound in sounds:
        if person.birthday:
            yield f"name {sound} born {person.birthday[:4]}"
            yield f"name {sound} born {_day(person.birthday)}"
        for kind, value in (("house", person.house), ("code", person.postcode), ("in", sound_of(person.district))):
            if value:
                yield f"name {sound} {kind} {value}"


def _place_keys(person: Person) -> Iterator[str]:
    if person.house and person.postcode:
        yield f"house {person.house} {person.postcode}"
    if person.birthday and person.postcode:
        yield f"born {_day(person.birthday)} {person.postcode}"
    if street := sound_of(person.street):
        yield f"street {street}"
        for kind, value in (("house", person.house), ("code", person.postcode)):
            if value:
                yield f"street {street[:6]} {kind} {value}"


def _day(birthday: str) -> str:
    """Day and month in either order."""
    return " ".join(sorted((birthday[4:6], birthday[6:])))
