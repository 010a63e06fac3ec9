"""Two JSON Schemas: what clients send may be taken more widely, what they receive may only grow by fields and values.

`sent` asks whether all that the old schema allowed is allowed still; `received` whether all that the new one allows
was to be expected. Values of an enumeration that clients receive are open: they must be ready for new ones.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Schema = Mapping[str, Any]

NOTHING: Schema = {}
NULL = {"type": "null"}
UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
EXACT = ("pattern", "format", "multipleOf", "contentMediaType")


@dataclass(slots=True)
class Comparison:
    """The components that both documents' references mean; `seen` ends recursion."""

    old: Schema
    new: Schema
    seen: set[tuple[str, str, bool]] = field(default_factory=set)

    def old_part(self, part: Schema) -> Schema:
        return _follow(part, self.old)

    def new_part(self, part: Schema) -> Schema:
        return _follow(part, self.new)

    def is_known(self, old: Schema, new: Schema, *, is_sent: bool) -> bool:
        """Whether this pair of named schemas is being compared, or was."""
        if "$ref" not in old or "$ref" not in new:
            return False
        pair = (old["$ref"], new["$ref"], is_sent)
        known = pair in self.seen
        self.seen.add(pair)
        return known


def _follow(part: Schema, components: Schema) -> Schema:
    while "$ref" in part:
        kind, name = part["$ref"].split("/")[-2:]
        part = components[kind][name]
    return part


def sent(compare: Comparison, old: Schema, new: Schema, at: str) -> Iterator[str]:
    if compare.is_known(old, new, is_sent=True):
        return
    old, new = _follow(old, compare.old), _follow(new, compare.new)
    if "anyOf" in old or "anyOf" in new or "oneOf" in old or "oneOf" in new:
        yield from _each_has_one(compare, _kinds(old), _kinds(new), at, sent)
        return
    yield from _types(_type_names(old), _type_names(new), at, "is not taken any more")
    yield from _enum_sent(_values(old), _values(new), at)
    yield from _tightened(old, new, at)
    yield from _fields_sent(compare, old, new, at)
    if "items" in old and "items" in new:
        yield from sent(compare, old["items"], new["items"], f"{at}[]")


def received(compare: Comparison, old: Schema, new: Schema, at: str) -> Iterator[str]:
    if compare.is_known(old, new, is_sent=False):
        return
    old, new = _follow(old, compare.old), _follow(new, compare.new)
    if "anyOf" in old or "anyOf" in new or "oneOf" in old or "oneOf" in new:
        yield from _each_has_one(compare, _kinds(new), _kinds(old), at, _received_in_turn)
        return
    yield from _types(_type_names(new), _type_names(old), at, "was not possible before")
    if _values(old) and _values(new) and not _values(old) & _values(new):
        yield f"{at} has other values than before"
    if old.get("format") is not None and new.get("format") != old["format"]:
        yield f"{at} has the format {new.get('format')}, not {old['format']}"
    yield from _fields_received(compare, old, new, at)
    if "items" in old and "items" in new:
        yield from received(compare, old["items"], new["items"], f"{at}[]")


def _received_in_turn(compare: Comparison, new: Schema, old: Schema, at: str) -> Iterator[str]:
    return received(compare, old, new, at)


Compare = Callable[[Comparison, Schema, Schema, str], Iterator[str]]


def _each_has_one(
    compare: Comparison, kinds: list[Schema], others: list[Schema], at: str, check: Compare
) -> Iterator[str]:
    """Each kind of value must be fine as one of the others. The nearest other tells what is wrong."""
    for kind in kinds:
        tried = [list(check(compare, kind, other, at)) for other in others]
        if all(tried):
            yield from min(tried, key=len)


def _kinds(schema: Schema) -> list[Schema]:
    """The alternatives of a schema, each with what is said beside them."""
    parts = schema.get("anyOf") or schema.get("oneOf")
    if parts is None:
        return [schema]
    beside = {word: value for word, value in schema.items() if word in (*UPPER, *LOWER, *EXACT)}
    return [part if part == NULL or "$ref" in part else {**beside, **part} for part in parts]


def _type_names(schema: Schema) -> frozenset[str]:
    """None said is all."""
    given = schema.get("type")
    names = [given] if isinstance(given, str) else given or []
    return frozenset(names) | ({"integer"} if "number" in names else set())


def _types(have: frozenset[str], allowed: frozenset[str], at: str, what: str) -> Iterator[str]:
    if allowed and not have:
        yield f"{at}: a value of any type {what}"
    elif allowed:
        yield from (f"{at}: {name} {what}" for name in sorted(have - allowed))


def _values(schema: Schema) -> set[str]:
    return {repr(value) for value in ([schema["const"]] if "const" in schema else schema.get("enum", ()))}


def _enum_sent(old: set[str], new: set[str], at: str) -> Iterator[str]:
    if new and not old:
        yield f"{at} takes only {', '.join(sorted(new))}"
    elif new:
        yield from (f"{at} does not take {value} any more" for value in sorted(old - new))


def _tightened(old: Schema, new: Schema, at: str) -> Iterator[str]:
    for word in UPPER:
        if word in new and (word not in old or new[word] < old[word]):
            yield f"{at}: {word} is {new[word]}, was {old.get(word, 'open')}"
    for word in LOWER:
        if word in new and new[word] > old.get(
            word, 0 if word.startswith("min") and word != "minimum" else float("-inf")
        ):
            yield f"{at}: {word} is {new[word]}, was {old.get(word, 'open')}"
    for word in EXACT:
        if word in new and new[word] != old.get(word):
            yield f"{at}: {word} is {new[word]}, was {old.get(word, 'open')}"
    if new.get("uniqueItems") and not old.get("uniqueItems"):
        yield f"{at} must not repeat items"


def _fields_sent(compare: Comparison, old: Schema, new: Schema, at: str) -> Iterator[str]:
    known, declared = old.get("properties", NOTHING), new.get("properties", NOTHING)
    for name, schema in known.items():
        if name in declared:
            yield from sent(compare, schema, declared[name], f"{at}.{name}")
        else:
            yield f"{at}.{name} is not taken any more"
    yield from (
        f"{at}.{name} is required now" for name in new.get("required", ()) if name not in old.get("required", ())
    )
    yield from _others_sent(compare, old.get("additionalProperties", True), new.get("additionalProperties", True), at)


def _others_sent(compare: Comparison, old: Any, new: Any, at: str) -> Iterator[str]:
    if new is False and old is not False:
        yield f"{at} takes no other fields any more"
    elif isinstance(new, Mapping) and old is not False:
        yield from sent(compare, old if isinstance(old, Mapping) else NOTHING, new, f"{at}.*")


def _fields_received(compare: Comparison, old: Schema, new: Schema, at: str) -> Iterator[str]:
    declared = new.get("properties", NOTHING)
    for name, schema in old.get("properties", NOTHING).items():
        if name not in declared:
            yield f"{at}.{name} is gone"
            continue
        if name in old.get("required", ()) and name not in new.get("required", ()):
            yield f"{at}.{name} may be missing now"
        yield from received(compare, schema, declared[name], f"{at}.{name}")
