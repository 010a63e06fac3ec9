"""The operations of the merged OpenAPI document, each with a request that its owner may make.

An operation without one in `bodies` fails the attacks that go through all of them: whoever adds one adds it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from typing import Any

from deploy.contracts import merged, service_documents
from shared.ids import new_id
from tests.attacks.bodies import BODIES, OTHERWISE, QUERIES
from tests.attacks.world import World

Json = dict[str, Any]
METHODS = ("get", "patch", "put", "post", "delete")  # an order in which none takes away what another one needs
WRITES = ("put", "post", "patch", "delete")


@dataclass(frozen=True)
class Operation:
    """`path` with its parameters in braces; `declared` is the document's description."""

    method: str
    path: str
    declared: Json

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.path}"

    @property
    def takes(self) -> frozenset[str]:
        return frozenset(each["name"] for each in self.declared.get("parameters", ()))

    @property
    def media_types(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.declared.get("requestBody", {}).get("content", {})
        return found


@dataclass(frozen=True)
class Request:
    """What httpx sends. `json` is the body, or `content` as it is; a form is in `files` and `data`."""

    method: str
    url: str
    json: Any = None
    content: bytes | None = None
    data: Mapping[str, str] | None = None
    files: Mapping[str, Any] | None = None
    headers: Mapping[str, str] | None = None

    def arguments(self) -> Json:
        """For `httpx.AsyncClient.request`."""
        return {field.name: value for field in fields(self) if (value := getattr(self, field.name)) is not None}

    def with_headers(self, **headers: str) -> "Request":
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return replace(self, headers={**(self.headers or {}), **named})


@cache
def document() -> Json:
    return merged(service_documents())


def operations() -> list[Operation]:
    paths = document()["paths"]
    return [
        Operation(method, path, paths[path][method])
        for method in METHODS
        for path in (sorted(paths, key=_depth, reverse=True) if method == "delete" else paths)
        if method in paths[path]
    ]


def _depth(path: str) -> int:
    """What belongs to a record goes before the record itself."""
    return path.count("/")


def examples(operation: Operation, world: World) -> list[Request]:
    """All that we have of it: together they have every kind of object that its body may consist of."""
    first = request(operation, world)
    other = OTHERWISE.get((operation.method, operation.path))
    return [first] if other is None else [first, replace(first, json=other(world))]


def request(operation: Operation, world: World) -> Request:
    """A new one each time: ids, numbers and idempotency keys are not used twice. Raises KeyError."""
    url = operation.path
    for name in operation.takes:
        url = url.replace(f"{{{name}}}", world.named(operation.path, name))
    url += QUERIES.get(operation.path, "")
    body = BODIES[operation.method, operation.path](world) if operation.media_types else None
    key = {"Idempotency-Key": str(new_id())} if operation.method in WRITES else None
    if "multipart/form-data" in operation.media_types:
        return Request(operation.method, url, files=body, headers=key)
    return Request(operation.method, url, json=body, headers=key)
