"""Contacts that nobody had looked at, looked through in steps."""

from itertools import combinations
from typing import Any

from httpx import AsyncClient

from contacts_service.duplicates import scans
from shared.db.record import now
from shared.messaging.jobs import Jobs, run_once
from shared.testing.jobs import run_until_idle
from shared.testing.tenants import Tenant
from tests.contacts_service.duplicates.following import MALEE, MALEE_AGAIN, ids, open_pairs
from tests.contacts_service.febrl_contacts import imported
from tests.contacts_service.merging.people import new


def jobs() -> Jobs:
    made = Jobs()
    scans.register(made)
    return made


async def scanned(client: AsyncClient, tenant: Tenant) -> Any:
    started = await client.post("/v1/duplicates/scans")
    assert started.status_code == 202, started.text
    await run_until_idle(jobs(), tenant.database, tenant.system)
    return (await client.get(started.headers["location"])).json()


async def all_pairs(client: AsyncClient) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    params: dict[str, Any] = {"status": "open", "limit": 200}
    while True:
        page = (await client.get("/v1/duplicates", params=params)).json()
        rows += page["data"]
        if page["next_cursor"] is None:
            return rows
        params["cursor"] = page["next_cursor"]


async def test_a_scan_finds_the_people_of_a_febrl_file(client: AsyncClient, tenant: Tenant) -> None:
    people = await imported(client)

    operation = await scanned(client, tenant)

    found = {frozenset(ids(pair)) for pair in await all_pairs(client)}
    truth = {frozenset(pair) for contacts in people.values() for pair in combinations(contacts, 2)}
    assert operation["status"] == "succeeded"
    assert operation["result"] == {"contacts": 1000, "found": len(found)}
    assert operation["progress"] == {"done": 1000, "total": 1000}
    assert len(found & truth) / len(found) > 0.95
    assert len(found & truth) / len(truth) > 0.95


async def test_a_scan_that_is_stopped_between_steps_goes_on(client: AsyncClient, tenant: Tenant) -> None:
    first = await new(client, **MALEE)
    items = [{"op": "create", "data": {"nickname": f"n{n}"}} for n in range(200)]
    for _ in range(2):
        await client.post("/v1/contacts/batch", json={"items": items})
    last = await new(client, **MALEE_AGAIN)
    started = await client.post("/v1/duplicates/scans")

    for _ in range(4):  # the keys in two, the weights, the first half
        await run_once(jobs().jobs[0], tenant.database, tenant.system, now())
    half = (await client.get(started.headers["location"])).json()
    await run_until_idle(jobs(), tenant.database, tenant.system)

    assert (half["status"], half["progress"]) == ("running", {"done": 250, "total": 402})
    done = (await client.get(started.headers["location"])).json()
    assert (done["status"], done["result"]) == ("succeeded", {"contacts": 402, "found": 1})
    assert [ids(pair) for pair in await open_pairs(client)] == [{first["id"], last["id"]}]


async def test_a_second_scan_finds_nothing_new(client: AsyncClient, tenant: Tenant) -> None:
    await new(client, **MALEE)
    await new(client, **MALEE_AGAIN)

    first, second = await scanned(client, tenant), await scanned(client, tenant)

    assert (first["result"]["found"], second["result"]["found"]) == (1, 0)
    assert len(await open_pairs(client)) == 1
