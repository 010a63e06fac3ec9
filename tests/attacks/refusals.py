"""A10: whoever is refused has changed nothing. Each operation is refused in every way that it can be."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from random import Random
from typing import Any

import httpx

from shared.ids import new_id
from tests.attacks.attack import Result
from tests.attacks.operations import Json, Operation, Request, operations, request
from tests.attacks.state import Observer, changed
from tests.attacks.system import System
from tests.attacks.world import World

OPEN_TO_ALL = frozenset({"GET /v1/me", "GET /v1/tenant", "GET /v1/operations/{operation_id}", "POST /v1/batch"})
"""What everyone of the business may see: themselves, its name, how far its work is, and what several GETs show them."""
VIEWERS_MAY = frozenset({"POST /v1/contacts/search", "POST /v1/companies/search", "POST /v1/interactions/search",
                         "POST /v1/orders/search", "POST /v1/assets/search", "POST /v1/batch",
                         "POST /v1/suppressed-addresses/search", "POST /v1/contactability",
                         "POST /v1/territories/preview", "POST /v1/duplicates/check"})  # fmt: skip
PUBLIC = ("/v1/auth/", "/v1/preferences/", "/v1/privacy-exports/")
MINE_BY_NAME = frozenset(
    {"system", "source", "purpose", "key"}
)  # another tenant's upsert of the same name makes a record of its own
NOBODY, UNKNOWN, POWERLESS, VIEWER, STRANGER, OWNER = "nobody", "unknown", "powerless", "viewer", "stranger", "owner"


@dataclass(frozen=True)
class Case:
    """`caller` sends `request`, and is to get one of `statuses`."""

    name: str
    caller: str
    request: Request
    statuses: frozenset[int]


async def run(callers: Mapping[str, httpx.AsyncClient], observer: Observer, world: World, seed: int) -> Result:
    """The cases of an operation come in an order of their own in each run."""
    result = Result("A10", seed)
    random = Random(seed)
    before = await observer.state()
    for operation in operations():
        cases = list(cases_of(operation, world))
        random.shuffle(cases)
        for case in cases:
            answer = await callers[case.caller].request(**case.request.arguments())
            result.tried += 1
            fine = answer.status_code in case.statuses and answer.headers["content-type"] == "application/problem+json"
            result.expect(fine, f"{operation}, {case.name}: {answer.status_code} {answer.text[:200]}")
        after = await observer.state()
        result.holes += [f"{operation} changed {table}" for table in changed(before, after)]
        before = after
    result.figures = {"operations": len(operations())}
    return result


def cases_of(operation: Operation, world: World) -> Iterator[Case]:
    yield from _strangers(operation, world)
    yield from _versions(operation, world)
    yield from _mistakes(operation, world)


def _strangers(operation: Operation, world: World) -> Iterator[Case]:
    """Who may not."""
    sent = request(operation, world)
    if operation.path.startswith(PUBLIC):
        return
    yield Case("no credential", NOBODY, sent, frozenset({401}))
    yield Case("an unknown credential", UNKNOWN, sent, frozenset({401}))
    if str(operation) not in OPEN_TO_ALL:
        yield Case("no scope", POWERLESS, sent, frozenset({403}))
    if operation.method != "get" and str(operation) not in VIEWERS_MAY:
        yield Case("a viewer", VIEWER, sent, frozenset({403}))
    by_name = operation.takes & MINE_BY_NAME and operation.method == "put"
    if "{" in operation.path and not by_name:
        yield Case("another tenant", STRANGER, sent, frozenset({404}))


def _versions(operation: Operation, world: World) -> Iterator[Case]:
    """Whose copy is old."""
    sent = request(operation, world)
    if "if-match" in operation.takes:
        yield Case("an old version", OWNER, sent.with_headers(If_Match='"987654"'), frozenset({412}))
        yield Case("no version", OWNER, sent.with_headers(If_Match="seven"), frozenset({400}))
    if operation.path.endswith("/batch") and "items" in sent.json:
        old = {"op": "delete", "id": world.ids[_id_of(operation)], "if_version": 987654}
        body = {"items": [*request(operation, world).json["items"], old], "atomic": True}
        yield Case("an old version in the batch", OWNER, replace(sent, json=body), frozenset({422}))


def _mistakes(operation: Operation, world: World) -> Iterator[Case]:
    """Who may, but asks wrongly."""
    sent = request(operation, world)
    yield Case(
        "an unknown parameter",
        OWNER,
        replace(sent, url=f"{sent.url}{'&' if '?' in sent.url else '?'}zzz=1"),
        frozenset({422}),
    )
    for name in sorted(operation.takes):
        if name.endswith("_id") and name != "external_id" and f"{{{name}}}" in operation.path:
            url = request(operation, replace(world, ids=_without(world.ids, name), unknown="x")).url
            yield Case(f"{name} is none", OWNER, replace(sent, url=url), frozenset({422}))
    if sent.json is not None:
        yield Case("an unknown field", OWNER, replace(sent, json={**sent.json, "zzz": 1}), frozenset({422}))
        yield Case("no JSON", OWNER, _raw(sent, b"{", "application/json"), frozenset({400}))
        yield Case("no object", OWNER, _raw(sent, b"[]", "application/json"), frozenset({422}))
        yield Case("another media type", OWNER, _raw(sent, b"{}", "text/plain"), frozenset({415}))
    if sent.files is not None:
        yield Case("an unknown field", OWNER, replace(sent, data={"zzz": "1"}), frozenset({422}))
        yield Case("no file", OWNER, replace(sent, files={"other": ("a.csv", b"a")}), frozenset({422}))
        yield Case("no table", OWNER, replace(sent, files={"file": ("a.xlsx", b"PK\x03\x04")}), frozenset({422}))


def _without(ids: Mapping[str, str], name: str) -> dict[str, str]:
    return {each: value for each, value in ids.items() if each.rpartition(".")[2] != name}


def _id_of(operation: Operation) -> str:
    """`company_id` of `/v1/companies/batch`."""
    return operation.path.split("/")[2].replace("ies", "ys").removesuffix("s") + "_id"


def _raw(sent: Request, content: bytes, kind: str) -> Request:
    return replace(sent, json=None, content=content).with_headers(Content_Type=kind)


@asynccontextmanager
async def callers(system: System, world: World) -> AsyncIterator[dict[str, httpx.AsyncClient]]:
    """By name: everyone who tries, the owner of the world among them."""
    stranger = await system.new_tenant()
    credentials: dict[str, str | None] = {
        NOBODY: None,
        UNKNOWN: stranger.api_key[:-1] + ("0" if stranger.api_key[-1] != "0" else "1"),
        POWERLESS: await _key(system, world, {"name": new_id().hex, "scopes": ["nothing:read"]}),
        VIEWER: await system.new_user(world.tenant, "viewer"),
        STRANGER: stranger.api_key,
        OWNER: world.tenant.api_key,
    }
    async with AsyncExitStack() as stack:
        clients = {name: system.client(credential) for name, credential in credentials.items()}
        yield {name: await stack.enter_async_context(client) for name, client in clients.items()}


async def _key(system: System, world: World, wanted: Json) -> str:
    async with system.client(world.tenant.api_key) as owner:
        made: Any = (await owner.post("/v1/api-keys", json=wanted)).raise_for_status().json()
    return str(made["key"])
