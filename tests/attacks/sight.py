"""A12: somebody who sees only his own customers asks for and changes everything that there is of others'.

A manager of the business may do nearly all that there is to do; with the visibility `own` he is to meet nothing of it
that is not his. Every operation of the merged document is tried with the ids of a world that belongs to others.
"""

import asyncio
import re
from collections.abc import Sequence
from typing import Any

import httpx

from tests.attacks.attack import Result
from tests.attacks.operations import Operation, operations, request
from tests.attacks.system import System
from tests.attacks.world import World, new_world

UUIDS = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
CUSTOMERS = ("contact_id", "company_id", "interaction_id", "order_id")
MINE = "ลูกค้าของฉัน"
MARKS = ("สมชาย ใจดี", "somchai@example.com", "somsri@example.com", "สยามค้า", "ถามราคา")
NOT_MADE = ("/search", "/preview", "/reassign")
ABOUT_CUSTOMERS = ("/v1/contacts/", "/v1/companies/", "/v1/interactions/", "/v1/orders/")
NOT_OF_CUSTOMERS = ("/v1/auth/", "/v1/tenant", "/v1/users", "/v1/api-keys", "/v1/audit-log")
"""The audit log is of the whole business, for whoever may read it: it has ids, and no values."""
BY_NAME = ("{external_id}", "{number}")


async def run(system: System, seed: int) -> Result:
    """With workers at work: what other services know of customers follows from events."""
    result = Result("A12", seed)
    world = await new_world(system)
    owner, rep = system.client(world.tenant.api_key), system.client(await _manager(system, world))
    async with owner, rep:
        (await owner.patch(f"/v1/contacts/{world.contact_id}", json={"nickname": "ชาย"})).raise_for_status()
        (await rep.post("/v1/contacts", json={"full_name": MINE})).raise_for_status()
        await _known_everywhere(owner, world)
        for operation in operations():
            if operation.path.startswith(NOT_OF_CUSTOMERS):
                continue
            await _ask(result, operation, world, rep)
        shown = await owner.get("/v1/contacts")
        result.expect(any(mark in shown.text for mark in MARKS), "the owner does not see his own: nothing was tried")
        own = await rep.get("/v1/contacts")
        result.expect([each["full_name"] for each in own.json()["data"]] == [MINE], f"not his own alone: {own.text}")
    return result


async def _ask(result: Result, operation: Operation, world: World, rep: httpx.AsyncClient) -> None:
    sent = request(operation, world)
    if operation.method not in ("get", "delete") and _makes(operation):
        return
    answer = await rep.request(**sent.arguments())
    result.tried += 1
    result.holes += [f"{operation}: {what}" for what in leaks(answer, world, str(sent.url) + str(sent.json))]
    if _is_about_a_customer(operation):
        fine = answer.status_code in (404, 409)
        result.expect(fine, f"{operation} of another's customer: {answer.status_code} {answer.text[:200]}")


def leaks(answer: httpx.Response, world: World, asked: str) -> Sequence[str]:
    """Marks of others' customers, and ids of theirs that the request did not name."""
    found = [f"shows {mark}" for mark in MARKS if mark in answer.text]
    ids = {world.ids[name] for name in CUSTOMERS} & {*UUIDS.findall(answer.text)} - {*UUIDS.findall(asked)}
    return [*found, *(f"shows the id {each}" for each in sorted(ids))]


def _makes(operation: Operation) -> bool:
    """A new record of the caller's own, which says what he wrote himself."""
    return "{" not in operation.path and not operation.path.endswith(NOT_MADE)


def _is_about_a_customer(operation: Operation) -> bool:
    named = "_id}" in operation.path or any(name in operation.path for name in BY_NAME)
    return operation.path.startswith(ABOUT_CUSTOMERS) and named


async def _manager(system: System, world: World) -> str:
    return await system.new_user(world.tenant, "manager", visibility="own")


async def _known_everywhere(owner: httpx.AsyncClient, world: World) -> None:
    there = len((await owner.get("/v1/contacts")).json()["data"])
    for _ in range(400):
        if (await owner.get(f"/v1/contacts/{world.contact_id}/metrics")).is_success:
            summary: Any = (await owner.get("/v1/audiences/summary")).json()
            if summary["contacts"] == there:
                return
        await asyncio.sleep(0.05)
    raise AssertionError("the events never arrived")
