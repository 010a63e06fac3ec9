"""The real CDNOW file, through the API and the steps of its operation."""

from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from httpx import AsyncClient
from sqlalchemy import text

from shared.ids import new_id
from shared.testing.services import ServiceUnderTest
from shared.testing.tenants import Tenant
from tests.interaction_service.facts import Facts

CDNOW = Path(__file__).parents[3] / "deploy/local/demo/cdnow_master.txt"
LINES = 7_001
TOTALS = text("select count(*), count(distinct contact_key), sum(total_amount), sum(quantity) from orders")
Upload = Callable[..., Awaitable[dict[str, Any]]]
Run = Callable[..., Awaitable[dict[str, Any]]]


async def totals(service: ServiceUnderTest, tenant: Tenant) -> tuple[Any, ...]:
    async with service.database.transaction(tenant.context) as session:
        return tuple((await session.execute(TOTALS)).one())


async def test_every_order_of_cdnow_is_stored_once_however_often_it_is_imported(
    service: ServiceUnderTest, tenant: Tenant, upload: Upload, run: Run
) -> None:
    """The first tenth of it; `tests/e2e` imports the whole."""
    lines = CDNOW.read_text().splitlines()[:LINES]
    content = "\n".join(lines).encode()
    told = [line.split() for line in lines[1:]]
    whole = (len(told), len({customer for customer, *_ in told}), sum(Decimal(amount) for *_, amount in told))

    result = await run(await upload(CDNOW.name, content))

    assert (result["rows"], result["created"], result["failed"]) == (len(told), len(told), 0)
    stored = await totals(service, tenant)
    assert stored[:3] == whole

    again = await run(await upload("the same under another name.txt", content))

    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, len(told))
    assert await totals(service, tenant) == stored
    assert await tenant.count("outbox") == len(told)


SMALL = b""" customer_id  date number_of_cds  dollar_value
 00001 19970101  1   11.77
 00002 19970112  1   12.00
 00002 19970112  5   77.00
 00003 19970102  two 20.76
 00004 19970231  2   29.33
 00005 19970101  2
"""


async def test_orders_find_their_customers_whether_these_come_before_or_after(
    client: AsyncClient, facts: Facts, upload: Upload, run: Run
) -> None:
    before, after = new_id(), new_id()
    await facts.contact(before, external_ids=[{"system": "cdnow", "id": "00001"}])

    await run(await upload("orders.txt", SMALL))
    await facts.contact(after, external_ids=[{"system": "cdnow", "id": "00002"}])

    timeline = (await client.get(f"/v1/contacts/{after}/timeline")).json()["data"]
    assert [(entry["number"], entry["total"]["amount"], entry["quantity"]) for entry in timeline] == [
        ("00002-19970112-2", "77.00", "5"), ("00002-19970112-1", "12.00", "1"),
    ]  # fmt: skip
    keys = [(event_type, key) for event_type, key, _ in await facts.staged()]
    assert keys[0] == ("interactions.order.placed.v1", str(before))
    assert keys[-2:] == [("interactions.order.changed.v1", str(after))] * 2
    last = {event["order_id"]: event for _, _, event in await facts.staged()}
    assert sum(Decimal(event["total_amount"]) for event in last.values()) == Decimal("100.77")


async def test_bad_lines_are_told_and_imported_when_they_are_corrected(
    client: AsyncClient, tenant: Tenant, upload: Upload, run: Run
) -> None:
    first = await upload("orders.txt", SMALL)
    result = await run(first)
    errors = (await client.get(f"/v1/order-imports/{first['id']}/errors")).content.decode("utf-8-sig")

    corrected = (
        errors.replace("two", "2")
        .replace("19970231,", "19970228,")
        .replace("00005,19970101,2,,", "00005,19970101,2,9.99,")
    )
    second = await upload("corrected.csv", corrected.encode())
    repaired = await run(second)

    assert (result["created"], result["failed"]) == (3, 3)
    assert [line.split(",")[6] for line in errors.splitlines()[1:]] == [
        "not_a_number",
        "not_a_date",
        "wrong_cell_count",
    ]
    assert second["layout"] == "cdnow"
    assert (repaired["created"], repaired["failed"]) == (3, 0)
    assert await tenant.count("orders") == 6
