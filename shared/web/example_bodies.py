"""Examples of bodies, composed from the examples that models and fields give once.

A model says `model_config = examples({...}, {...})`, a field `Field(examples=[...])`: the first is Thai, the second
English. What a read model does not say itself, its nearest relative by name does: `ContactRead` shows what
`ContactCreate` sends. What nobody says is null where it may be.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import takewhile
from typing import Any

Schema = Mapping[str, Any]
Schemas = Mapping[str, Schema]

LANGUAGES = ("thai", "english")
PREFIX = "#/components/schemas/"
STEM = re.compile(r"^[A-Z][a-z]*")
DAY = "2026-11-22"
FORMATS = {"date-time": f"{DAY}T09:30:00.000Z", "date": DAY}
BY_TYPE: Mapping[str, Any] = {"integer": 1, "number": 0.25, "boolean": False, "object": {}}
NULL: Schema = {"type": "null"}


class NoExample(LookupError):
    """A field of which nobody knows an example."""


class _Nothing:
    """No example is known yet; null is one."""


NOTHING = _Nothing()


def named_examples(schema: Schema, schemas: Schemas) -> dict[str, dict[str, Any]]:
    """As OpenAPI has them under a media type, by language; one where both are equal. Raises NoExample."""
    made = [_Composer(schemas, index).value(schema) for index in range(len(LANGUAGES))]
    if made[0] == made[1]:
        return {"example": {"value": made[0]}}
    return {language: {"value": value} for language, value in zip(LANGUAGES, made, strict=True)}


class _Composer:
    """In one language, which is the place of its examples in the models' lists."""

    def __init__(self, schemas: Schemas, index: int) -> None:
        self._schemas = schemas
        self._index = index

    def value(self, schema: Schema, name: str = "", owner: str = "", known: Any = NOTHING) -> Any:
        if "$ref" in schema:
            owner = schema["$ref"].removeprefix(PREFIX)
            return self.value(self._schemas[owner], name, owner, known)
        if known is NOTHING:
            known = self._pick(schema)
        if "anyOf" in schema or "oneOf" in schema:
            return self._one_of(schema.get("anyOf") or schema["oneOf"], name, owner, known)
        if "properties" in schema:
            return self._object(schema, owner, known)
        if schema.get("type") == "array":
            return self._array(schema.get("items", {}), name, owner, known)
        return self._scalar(schema, name, owner) if known is NOTHING else known

    def _one_of(self, parts: Sequence[Schema], name: str, owner: str, known: Any) -> Any:
        if NULL in parts and (known is None or known is NOTHING):
            return None
        return self.value(next(part for part in parts if part != NULL), name, owner, known)

    def _object(self, schema: Schema, owner: str, known: Any) -> Any:
        is_sent = schema.get("additionalProperties") is False
        if is_sent and known is not NOTHING:
            return known  # what a client may send is as its author wrote it
        given = known if isinstance(known, Mapping) else {}
        properties = schema["properties"]
        shown = schema.get("required", ()) if is_sent else properties
        return {each: self._property(properties[each], each, owner, given.get(each, NOTHING)) for each in shown}

    def _property(self, schema: Schema, name: str, owner: str, known: Any) -> Any:
        if known is NOTHING and not {"const", "examples"} & schema.keys():
            known = next(self._of_relatives(owner, name), NOTHING)
        return self.value(schema, name, owner, known)

    def _of_relatives(self, owner: str, name: str) -> Iterator[Any]:
        """What models with the same first word say of the field, the most alike first."""
        stem = STEM.match(owner)
        alike = [each for each in self._schemas if stem and each.startswith(stem[0])]
        for relative in sorted(alike, key=lambda each: (-_alike(owner, each), each)):
            chosen = self._pick(self._schemas[relative])
            if isinstance(chosen, Mapping) and name in chosen:
                yield chosen[name]

    def _array(self, items: Schema, name: str, owner: str, known: Any) -> Any:
        if known is not NOTHING:
            return [self.value(items, name, owner, each) for each in known]
        if name == "data":
            return [_Composer(self._schemas, index).value(items, name, owner) for index in range(len(LANGUAGES))]
        return [self.value(items, name, owner)]

    def _scalar(self, schema: Schema, name: str, owner: str) -> Any:
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return schema["enum"][0]
        if schema.get("format") == "uuid":
            return _uuid(name, self._index)
        if schema.get("format") in FORMATS:
            return FORMATS[schema["format"]]
        if schema.get("type") in BY_TYPE:
            return BY_TYPE[schema["type"]]
        raise NoExample(f"{owner}.{name} has no example: give one to the field or to its model")

    def _pick(self, schema: Schema) -> Any:
        examples = schema.get("examples")
        return examples[self._index % len(examples)] if examples else NOTHING


def _alike(one: str, other: str) -> int:
    """How many characters both begin with."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _uuid(name: str, index: int) -> str:
    """The same UUIDv7 for a name wherever it stands."""
    digits = sha256(f"{name}{index}".encode()).hexdigest()
    return f"019a{digits[:4]}-{digits[4:8]}-7{digits[8:11]}-8{digits[11:14]}-{digits[14:26]}"
