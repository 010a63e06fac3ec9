"""A mark in every text that a client may write about one person, through every operation that writes about them.

Which operations and which texts follows from the OpenAPI document and the example requests of the attacks: whoever adds
an operation adds its request there, and is covered here.
"""

from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import replace
from typing import Any

import httpx

from tests.attacks.levels import levels, resolved
from tests.attacks.operations import Json, Operation, Request, operations, request
from tests.attacks.world import World

EMAIL_OF_WORLD = "somchai@example.com"
CREATORS = frozenset(
    f"{method} /v1/contacts{rest}" for method, rest in [("POST", ""), ("POST", "/batch"), ("POST", "/upsert")]
) | {"PUT /v1/contacts/by-external-id/{system}/{external_id}"}
"""Operations that make persons: their requests name none yet."""
STORE_NOTHING = ("/search", "/v1/batch", "/v1/auth/")
BUSINESS = frozenset({"number", "sku", "category", "external_id"})
"""What a business calls its orders and products stays with the orders: it is not about the person."""
REFUSALS = 12

Place = tuple[str | int, ...]


class Marker:
    """Gives another text with the mark in it each time: many must be unique."""

    def __init__(self, mark: str) -> None:
        self.mark = mark
        self._count = 0

    def text(self, schema: Json) -> str | None:
        """None where no free text is taken."""
        self._count += 1
        unique = f"{self.mark}{self._count}"
        if schema.get("format") == "email":
            return f"{unique}@example.com"
        free = schema.get("type") == "string" and not {"format", "pattern", "enum", "const"} & schema.keys()
        return unique if free and schema.get("maxLength", 200) >= len(unique) else None


async def mark_everything(client: httpx.AsyncClient, world: World, marker: Marker) -> list[str]:
    """All places that took a mark, as `POST /v1/contacts /notes`."""
    marked: list[str] = []
    for operation in operations():
        if "application/json" in operation.media_types and not any(part in operation.path for part in STORE_NOTHING):
            example = request(operation, world)
            if await _is_about_the_person(client, world, operation, example):
                marked += await _send(client, operation, example, marker)
    return marked


async def _is_about_the_person(client: httpx.AsyncClient, world: World, operation: Operation, example: Request) -> bool:
    """It makes a person, names the person, or writes something that names them."""
    if str(operation) in CREATORS:
        return True
    names = (world.contact_id, EMAIL_OF_WORLD)
    if any(name in f"{example.url} {example.json}" for name in names):
        return True
    if "{" not in operation.path:
        return False
    found = await client.get("/".join(example.url.split("/")[:4]))
    return found.status_code == 200 and world.contact_id in found.text


async def _send(client: httpx.AsyncClient, operation: Operation, example: Request, marker: Marker) -> list[str]:
    """What is refused keeps its example. The person stays known by the e-mail that orders name."""
    if "{contact_id}" in operation.path and "emails" in example.json:
        example.json["emails"].append({"value": EMAIL_OF_WORLD})
    wanted = dict(_texts(operation, example.json, marker))
    for _ in range(REFUSALS):
        body = deepcopy(example.json)
        for place, text in wanted.items():
            _put(body, place, text)
        answer = await client.request(**replace(example, json=body, headers=None).arguments())
        refused = _refused(answer)
        if not refused:
            assert answer.status_code < 300, f"{operation}: {answer.status_code} {answer.text}"
            return [f"{operation} /{'/'.join(map(str, place))}" for place in wanted]
        wanted = {
            place: text
            for place, text in wanted.items()
            if text not in answer.text and not _is_below(place, refused)  # a pointer may begin inside an item
        }
    raise AssertionError(f"{operation} refuses {refused}: {answer.text}")


def _texts(operation: Operation, body: Any, marker: Marker) -> Iterator[tuple[Place, str]]:
    for place, schema in levels(operation, body):
        values = _at(body, place)
        for name, declared in schema.get("properties", {}).items():
            text = next(filter(None, (marker.text(each) for each in _alternatives(declared))), None)
            names_somebody = str(values.get(name)).startswith(("somchai@", "c-1"))
            of_business = operation.path.startswith("/v1/orders") and BUSINESS & {*place, name}
            if text is not None and not of_business and not names_somebody:
                yield (*place, name), text


def _alternatives(declared: Json) -> Sequence[Json]:
    schema = resolved(declared)
    return [resolved(each) for each in schema.get("anyOf", ())] or [schema]


def _refused(answer: httpx.Response) -> list[str]:
    """Pointers of a refused request, or of refused items of a batch."""
    if answer.status_code == 207:
        items = [(f"/items/{each['index']}/data", each["problem"]) for each in answer.json()["data"] if each["problem"]]
        return [f"{item}{error.get('pointer', '')}" for item, problem in items for error in problem["errors"] or [{}]]
    if answer.status_code in (409, 422):
        return [error["pointer"] for error in answer.json()["errors"] if "pointer" in error]
    return []


def _is_below(place: Place, pointers: Sequence[str]) -> bool:
    own = "/" + "/".join(map(str, place))
    return any(own.startswith(pointer) or pointer.startswith(own) for pointer in pointers)


def _at(body: Any, place: Place) -> Any:
    for part in place:
        body = body[part]
    return body


def _put(body: Any, place: Place, text: str) -> None:
    _at(body, place[:-1])[place[-1]] = text
