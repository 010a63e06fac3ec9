"""A8: fields that only the server sets, sent in every object of every body, one by one or by the dozen."""

from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import replace
from random import Random
from typing import Any

import httpx

from shared.ids import new_id
from tests.attacks.attack import Result
from tests.attacks.levels import BATCH, closed_schemas, levels, read_fields
from tests.attacks.operations import Operation, Request, examples, operations
from tests.attacks.state import Observer, changed
from tests.attacks.world import World

INTERNAL = (
    "tenant_id", "deleted_at", "sync_xid", "sort_name", "password_hash", "signed_out_at", "secret_hash", "key_id",
    "integration_id", "started_by", "__class__", "__proto__", "constructor", "admin", "is_admin", "scopes", "kind",
)  # fmt: skip
FORM_FIELDS = {"file", "encoding", "delimiter", "source", "contact_system", "currency", "time_zone", "match_policy"}
KEPT_ANSWERS = ".idempotency_keys"  # 207 is an answer that a key repeats, though every item was refused
MOST_ERRORS = 40  # a problem names 50 places at most
Place = tuple[str | int, ...]


async def run(client: httpx.AsyncClient, observer: Observer, world: World, size: int, seed: int) -> Result:
    """`size` is how many unknown fields a request carries: the fewer, the longer it takes."""
    result = Result("A8", seed)
    random = Random(seed)
    for operation in operations():
        if operation.media_types and not operation.path.endswith("/search"):  # a search writes nothing
            await _attack(client, observer, operation, world, min(size, MOST_ERRORS), random, result)
    return result


async def _attack(
    client: httpx.AsyncClient,
    observer: Observer,
    operation: Operation,
    world: World,
    size: int,
    random: Random,
    result: Result,
) -> None:
    before = await observer.state()
    for example in examples(operation, world):
        for place, names in planned(operation, example, random):
            for several in _dozens(names, size):
                answer = await client.request(**planted(example, place, several).arguments())
                result.tried += len(several)
                taken = set(several) - refused_fields(answer, place)
                result.holes += [f"{operation} took {name} in {place}: {answer.status_code}" for name in sorted(taken)]
    result.holes += [
        f"{operation} changed {table}"
        for table in changed(before, await observer.state())
        if not (table.endswith(KEPT_ANSWERS) and operation.path.endswith(BATCH))
    ]


def planned(operation: Operation, example: Request, random: Random) -> Iterator[tuple[Place, Sequence[str]]]:
    """Where, and what is unknown there."""
    wanted = {*INTERNAL, *read_fields()}
    if example.json is None:
        yield (), sorted(wanted - FORM_FIELDS)
        return
    for place, schema in levels(operation, example.json):
        if place[:1] == ("filter",):  # a condition has one of four shapes: each unknown field is refused by all of them
            continue
        names = sorted(wanted - schema["properties"].keys())
        random.shuffle(names)
        yield place, names


def _dozens(names: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(names), size):
        yield names[start : start + size]


def planted(given: Request, place: Place, names: Sequence[str]) -> Request:
    """The request with those fields in that object. Batches are not atomic: each item tells what is wrong with it."""
    if given.json is None:
        return replace(given, data=dict.fromkeys(names, "1"))
    body = deepcopy(given.json)
    if "items" in body and "atomic" in body:
        body["atomic"] = False
    target: Any = body
    for step in place:
        target = target[step]
    target.update(dict.fromkeys(names, "1"))
    if place[2:3] == ("data",):
        body["items"] = [body["items"][int(place[1])]]
    return replace(given, json=body, headers={"Idempotency-Key": str(new_id())})  # an answered batch keeps its key


def refused_fields(answer: httpx.Response, place: Place) -> set[str]:
    """Those that the answer calls unknown."""
    body = answer.json()
    if answer.status_code == 207:
        body = body["data"][0]["problem"] or {"errors": []}
    elif answer.status_code != 422:
        return set()
    unknown = [error for error in body["errors"] if error["code"] == "unknown_field"]
    return {error["pointer"].rpartition("/")[2] for error in unknown if "pointer" in error}


def unreached(world: World) -> list[str]:
    """Objects that some body may consist of but that no example of ours has."""
    missing = []
    for operation in operations():
        if "application/json" in operation.media_types:
            bodies = [example.json for example in examples(operation, world)]
            reached = {schema["title"] for body in bodies for _, schema in levels(operation, body)}
            missing += [f"{operation}: {title}" for title in closed_schemas(operation) - reached]
    return missing
