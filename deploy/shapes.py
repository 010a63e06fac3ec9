"""What readers depend on in an event's JSON Schema, and which changes of it would break them.

Readers ignore fields and values that they do not know, so a field or a value of an enumeration may be added. A field
that is null no more is fine, too. Any other difference is a break: it needs a new major version beside the old one.
"""

from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]
WORDS = frozenset({"$defs", "$id", "$schema", "default", "description", "examples", "title"})
GROWING = frozenset({"properties", "required", "enum"})
NULL = {"type": "null"}


def shape_of(schema: Schema) -> dict[str, Any]:
    """The schema without words, and with definitions in their place. Events are never recursive."""
    return _shape(schema, schema.get("$defs", {}))


def _shape(schema: Schema, definitions: Mapping[str, Schema]) -> dict[str, Any]:
    if "$ref" in schema:
        return _shape(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    shape = {word: _within(value, definitions) for word, value in schema.items() if word not in WORDS}
    if "properties" in shape:  # names of fields, which may be words of the schema language, too
        shape["properties"] = {name: _shape(field, definitions) for name, field in schema["properties"].items()}
    if "required" in shape:
        shape["required"] = sorted(shape["required"])
    if "const" in shape:
        shape["enum"] = [shape.pop("const")]
    return shape


def _within(value: Any, definitions: Mapping[str, Schema]) -> Any:
    if isinstance(value, Mapping):
        return _shape(value, definitions)
    if isinstance(value, list):
        return [_within(each, definitions) for each in value]
    return value


def breaks(released: Schema, declared: Schema, at: str = "body") -> Iterator[str]:
    """Each incompatible difference between two shapes, in words."""
    old, nullable = _not_null(released)
    new, may_be_null = _not_null(declared)
    if may_be_null and not nullable:
        yield f"{at} may be null now"
    for word in sorted((old.keys() | new.keys()) - GROWING):
        yield from _changed(old.get(word), new.get(word), word, at)
    if "enum" in old or "enum" in new:
        yield from _values(old.get("enum"), new.get("enum"), at)
    yield from _fields(old, new, at)


def _not_null(shape: Schema) -> tuple[Schema, bool]:
    """What the value is if it is not null, and whether it may be."""
    kinds = shape.get("anyOf", [])
    if NULL not in kinds:
        return shape, False
    rest = [kind for kind in kinds if kind != NULL]
    return (rest[0] if len(rest) == 1 else {**shape, "anyOf": rest}), True


def _changed(old: Any, new: Any, word: str, at: str) -> Iterator[str]:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        yield from breaks(old, new, f"{at}.{word}")
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for number, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from _changed(one, other, f"{word}[{number}]", at)
    elif old != new:
        yield f"{at}: {word} was {old!r} and is {new!r}"


def _values(old: list[Any] | None, new: list[Any] | None, at: str) -> Iterator[str]:
    if old is None or new is None:
        yield f"{at}: enum was {old!r} and is {new!r}"
        return
    for value in old:
        if value not in new:
            yield f"{at} is never {value!r} any more"


def _fields(old: Schema, new: Schema, at: str) -> Iterator[str]:
    was_sent, is_sent = set(old.get("required", ())), set(new.get("required", ()))
    declared = new.get("properties", {})
    for name, field in old.get("properties", {}).items():
        if name not in declared:
            yield f"{at}.{name} is gone"
            continue
        if name in was_sent - is_sent:
            yield f"{at}.{name} may be missing now"
        yield from breaks(field, declared[name], f"{at}.{name}")
