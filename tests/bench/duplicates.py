"""People that may be the same: a scan of all contacts of a tenant, and the question who one contact may be."""

import asyncio
from dataclasses import replace
from time import perf_counter
from typing import Any
from uuid import uuid4

import aiohttp
import orjson

from tests.bench import seeding
from tests.bench.figures import Figure, figure
from tests.bench.ground import Ground
from tests.bench.imports import OPEN, WORKER_OFFSET
from tests.bench.kinds import PATH, Kind
from tests.bench.loads import apply
from tests.bench.people import person
from tests.bench.plan import Plan
from tests.bench.servers import SERVICE, House, Tenant

SECTION = "Duplicates"
TIMEOUT_S = 1_200.0
ASKED = 500


async def measure(ground: Ground, house: House, plan: Plan) -> list[Figure]:
    tenant = Tenant("a", uuid4(), "")
    await seeding.seed(ground, [tenant.id], [0], [plan.scanned])
    port = ground.port + WORKER_OFFSET
    elsewhere = replace(ground, env={**ground.env, "CONTACTS_PORT": str(port)})
    worker = await asyncio.to_thread(elsewhere.start, "contacts_worker", "contacts_service", port, "--only", "worker")
    took_s = await _scan(house, tenant)
    await asyncio.to_thread(worker.stop)
    await seeding.settle(ground)
    what = f"a scan of {plan.scanned:,} contacts for duplicates, from the request to the last pair"
    scan = figure(SECTION, "duplicate_scan_contacts_per_s", what, [plan.scanned / took_s], "contacts/s")
    return [scan, *await _asked(ground, house, tenant, plan)]


async def _scan(house: House, tenant: Tenant) -> float:
    target = house.targets[SERVICE]
    async with asyncio.timeout(TIMEOUT_S), aiohttp.ClientSession(f"http://127.0.0.1:{target.port}") as session:

        async def ask(method: str, path: str) -> Any:
            headers = target.headers(tenant) | {"Idempotency-Key": str(uuid4())}
            async with session.request(method, path, headers=headers) as answer:
                answer.raise_for_status()
                return await answer.json()

        began_s = perf_counter()
        operation = await ask("POST", "/v1/duplicates/scans")
        while operation["status"] in OPEN:
            await asyncio.sleep(0.1)
            operation = await ask("GET", f"/v1/operations/{operation['id']}")
        took_s = perf_counter() - began_s
    if operation["status"] != "succeeded":
        raise RuntimeError(f"the scan did not succeed: {operation}")
    return took_s


async def _asked(ground: Ground, house: House, tenant: Tenant, plan: Plan) -> list[Figure]:
    """One at a time, as a user who waits for the answer."""
    ids = await seeding.ids_of(ground, tenant.id, ASKED)
    forms = [orjson.dumps(person(number, "form")).decode() for number in range(ASKED)]
    kinds = [
        Kind("duplicates_of_one", "GET who a contact may be", "GET", [f"{PATH}/{each}/duplicates" for each in ids]),
        Kind("duplicates_check", "POST who a new contact may be", "POST", ["/v1/duplicates/check"], forms),
    ]
    figures = []
    for kind in kinds:
        rounds = [await apply(kind, house.targets[SERVICE], tenant, plan, connections=1) for _ in range(plan.rounds)]
        what = f"{kind.what}, of {plan.scanned:,} contacts"
        for name, values in (
            ("p50", [each.outcome.p50_ms for each in rounds]),
            ("p99", [each.outcome.p99_ms for each in rounds]),
        ):
            figures.append(figure(SECTION, f"{kind.name}_{name}_ms", what, values, "ms", column=f"{name} ms"))
    return figures
