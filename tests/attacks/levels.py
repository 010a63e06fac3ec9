"""The objects of a request's body, with what the document says of each."""

from collections.abc import Iterator, Mapping
from typing import Any

from tests.attacks.operations import Json, Operation, document

REFERENCE = "#/components/schemas/"
BATCH = "/batch"
PATHS_OF_BATCHES = {"create": ("post", "{}"), "upsert": ("put", "{}/by-")}


def levels(operation: Operation, body: Any) -> Iterator[tuple[tuple[str | int, ...], Json]]:
    """Each object of the body by its place in it, and the object's schema."""
    schema = next(iter(operation.media_types.values()))["schema"]
    yield from _levels(schema, body, ())
    if operation.path.endswith(BATCH):
        for index, item in enumerate(body.get("items", ())):  # of changes; there are batches of reads, too
            yield from _levels(_data_schema(operation, item["op"]), item["data"], ("items", index, "data"))


def _levels(schema: Json, value: Any, place: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Json]]:
    known = _fitting(schema, value)
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _levels(known["items"], item, (*place, index))
    elif isinstance(value, dict) and known.get("additionalProperties") is False:
        yield place, known
        for name, part in value.items():
            yield from _levels(known["properties"][name], part, (*place, name))


def closed_schemas(operation: Operation) -> set[str]:
    """Titles of all objects that the operation's body may consist of, but free ones."""
    found: set[str] = set()
    waiting = [each["schema"] for each in operation.media_types.values()]
    while waiting:
        schema = resolved(waiting.pop())
        title = schema.get("title", "")
        if schema.get("additionalProperties") is False and title not in found:
            found.add(title)
            waiting += schema.get("properties", {}).values()
        waiting += [*schema.get("anyOf", ()), *schema.get("oneOf", ()), *filter(None, [schema.get("items")])]
    return found


def read_fields() -> set[str]:
    """Every field of every answer of the document."""
    schemas = document()["components"]["schemas"]
    return {name for title, each in schemas.items() if _is_answer(title, each) for name in each.get("properties", {})}


def _is_answer(title: str, schema: Mapping[str, Any]) -> bool:
    return schema.get("additionalProperties") is not False and title != "Problem"


def resolved(schema: Json) -> Json:
    while "$ref" in schema:
        schema = document()["components"]["schemas"][schema["$ref"].removeprefix(REFERENCE)]
    return schema


def _fitting(schema: Json, value: Any) -> Json:
    """The alternative that the value is meant for."""
    alternatives = list(_alternatives(schema))
    if len(alternatives) == 1:
        return alternatives[0]
    for each in alternatives:
        known = each.get("properties", {}).keys()
        if isinstance(value, dict) and known >= value.keys() and value.keys() >= set(each.get("required", ())):
            return each
        if isinstance(value, list) and each.get("type") == "array":
            return each
    return {}


def _alternatives(schema: Json) -> Iterator[Json]:
    """Those of its alternatives, too; a schema that has none is its only one."""
    schema = resolved(schema)
    nested = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
    if not nested:
        yield schema
    for each in nested:
        yield from _alternatives(each)


def _data_schema(operation: Operation, op: str) -> Json:
    """What a batch's item carries is what the collection's own operation takes; the document leaves it open."""
    method, beginning = PATHS_OF_BATCHES[op]
    start = beginning.format(operation.path.removesuffix(BATCH))
    paths = document()["paths"]
    path = next(each for each in paths if each == start or (op == "upsert" and each.startswith(start)))
    schema: Json = paths[path][method]["requestBody"]["content"]["application/json"]["schema"]
    return schema
