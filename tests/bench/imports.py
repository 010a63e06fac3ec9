"""A CSV file of new contacts, uploaded and run through the API while a worker works, the relay of its events too."""

import asyncio
import csv
import io
from collections.abc import Mapping
from dataclasses import replace
from time import perf_counter
from typing import Any
from uuid import uuid4

import aiohttp

from tests.bench import seeding
from tests.bench.figures import Figure, figure
from tests.bench.ground import Ground
from tests.bench.people import person
from tests.bench.plan import Plan
from tests.bench.servers import SERVICE, House

SECTION = "Imports"
FILES = 3
TIMEOUT_S = 600.0
WORKER_OFFSET = 6
COLUMNS = ("full_name", "email", "phone", "home_province", "customer_class", "lifecycle_stage", "tags")
PREFIX = "098"
"""Of telephone numbers that nobody else has: by its e-mail and its number each row is known to be new."""
OPEN = ("pending", "running")


class ImportFailed(RuntimeError):
    """It did not make a contact of every row."""


async def measure(ground: Ground, house: House, plan: Plan) -> list[Figure]:
    port = ground.port + WORKER_OFFSET
    elsewhere = replace(ground, env={**ground.env, "CONTACTS_PORT": str(port)})
    worker = await asyncio.to_thread(elsewhere.start, "contacts_worker", "contacts_service", port, "--only", "worker")
    took_s = [await _import(house, _file(number, plan.imported), plan.imported) for number in range(FILES)]
    await asyncio.to_thread(worker.stop)
    await seeding.settle(ground)
    what = f"a CSV file of {plan.imported:,} new contacts, from the upload to the last row"
    return [figure(SECTION, "import_rows_per_s", what, [plan.imported / each for each in took_s], "rows/s")]


async def _import(house: House, content: bytes, rows: int) -> float:
    """How many seconds it takes. Raises ImportFailed."""
    service = house.targets[SERVICE]
    async with asyncio.timeout(TIMEOUT_S), aiohttp.ClientSession(f"http://127.0.0.1:{service.port}") as session:
        began_s = perf_counter()
        form = aiohttp.FormData()
        form.add_field("file", content, filename="contacts.csv", content_type="text/csv")
        made = await _ask(session, house, "POST", "/v1/imports", data=form)
        operation = await _ask(session, house, "POST", f"/v1/imports/{made['id']}/run")
        while operation["status"] in OPEN:
            await asyncio.sleep(0.05)
            operation = await _ask(session, house, "GET", f"/v1/operations/{operation['id']}")
        took_s = perf_counter() - began_s
        counts = (await _ask(session, house, "GET", f"/v1/imports/{made['id']}"))["counts"]
    if counts["created"] != rows:
        raise ImportFailed(f"{operation['status']}: {counts}")
    return took_s


async def _ask(session: aiohttp.ClientSession, house: House, method: str, path: str, **given: Any) -> Mapping[str, Any]:
    headers = house.targets[SERVICE].headers(house.largest) | {"Idempotency-Key": str(uuid4())}
    async with session.request(method, path, headers=headers, **given) as answer:
        answer.raise_for_status()
        found: Mapping[str, Any] = await answer.json()
        return found


def _file(number: int, rows: int) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, extrasaction="ignore")
    writer.writeheader()
    for row in range(number * rows, (number + 1) * rows):
        own = {"email": f"import-{row}@example.com", "phone": f"{PREFIX}{row:07}"}
        given = person(row, "") | own
        writer.writerow({**given, "tags": ", ".join(given["tags"])})
    return text.getvalue().encode()
