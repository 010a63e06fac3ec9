"""A warranty card makes or finds its customer and asset, once however often it is sent."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy import text

from contacts_service.warranties import jobs as warranties
from shared.ids import new_id
from shared.messaging.jobs import Jobs
from shared.testing.jobs import run_until_idle
from shared.testing.services import ServiceUnderTest
from shared.testing.tenants import Tenant

Json = dict[str, Any]
MALEE = {"full_name": "มาลี สวัสดี", "phone": "081-234-5678"}
AIR = {"name": "แอร์ห้องนอน", "kind": "แอร์", "brand": "Daikin", "serial": "E012345", "purchased_on": "2026-01-31"}
CARD = {"card_number": "TH-2026-001", "customer": MALEE, "asset": AIR, "months": 1}
BODIES = text("select body from outbox where tenant_id = :tenant_id and type = :type order by id")


async def facts(tenant: Tenant, kind: str) -> list[Json]:
    async with tenant.system.transaction() as session:
        given = {"tenant_id": tenant.id, "type": f"contacts.warranty.{kind}.v1"}
        return list(await session.scalars(BODIES, given))


@pytest.fixture
def work(service: ServiceUnderTest) -> Callable[[], Awaitable[int]]:
    jobs = Jobs()
    warranties.register(jobs)

    async def run() -> int:
        return await run_until_idle(jobs, service.database, service.system)

    return run


async def register(client: AsyncClient, **changes: Any) -> Any:
    return await client.post("/v1/warranties", json={**CARD, **changes})


async def test_a_card_makes_its_customer_asset_and_entitlements(client: AsyncClient, tenant: Tenant) -> None:
    response = await register(client, entitlements=[{"name": "ล้างแอร์ฟรี", "uses_total": 2}])

    card = response.json()
    contact = (await client.get(f"/v1/contacts/{card['contact_id']}")).json()
    [asset] = (await client.get(f"/v1/contacts/{card['contact_id']}/assets")).json()["data"]
    [entitlement] = (await client.get(f"/v1/assets/{asset['id']}/entitlements")).json()["data"]
    assert (response.status_code, card["starts_on"], card["ends_on"]) == (201, "2026-01-31", "2026-02-28")
    assert (contact["full_name"], contact["phone"]) == ("มาลี สวัสดี", "+66812345678")
    assert (asset["id"], asset["serial"]) == (card["asset_id"], "E012345")
    assert (entitlement["warranty_id"], entitlement["ends_on"], entitlement["uses"]) == (card["id"], "2026-02-28", 0)
    assert (await client.get(f"/v1/warranties/{card['id']}")).json() == card
    assert [fact["card_number"] for fact in await facts(tenant, "registered")] == ["TH-2026-001"]


async def test_the_same_card_again_changes_nothing_and_another_of_its_number_is_refused(
    client: AsyncClient, tenant: Tenant
) -> None:
    first = await register(client)

    again = await register(client)
    other = await register(client, card_number="th2026 001", months=2)

    assert (again.status_code, again.json()) == (200, first.json())
    assert (other.status_code, other.json()["code"]) == (409, "card_number_taken")
    assert [await tenant.count(table) for table in ("contacts", "assets", "warranties")] == [1, 1, 1]


async def test_cards_of_one_new_customer_at_once_make_one_contact(client: AsyncClient, tenant: Tenant) -> None:
    cards = [{"card_number": f"C-{number}", "asset": {**AIR, "serial": f"S-{number}"}} for number in range(5)]

    answers = await asyncio.gather(*(register(client, **card) for card in [*cards, *cards]))

    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [201] * 5
    assert [await tenant.count(table) for table in ("contacts", "assets", "warranties")] == [1, 5, 5]


@pytest.mark.parametrize("known", [{"email": "malee@example.com"}, {"phone": "+66812345678"}])
async def test_a_known_customer_is_found_and_left_as_it_is(client: AsyncClient, tenant: Tenant, known: Json) -> None:
    contact = (await client.post("/v1/contacts", json={"full_name": "คุณมาลี", **known})).json()

    response = await register(client, customer={**MALEE, "email": "MALEE@example.com"})

    assert response.json()["contact_id"] == contact["id"]
    assert (await client.get(f"/v1/contacts/{contact['id']}")).json() == contact


async def test_of_several_with_one_telephone_the_one_of_that_name_is_it(client: AsyncClient) -> None:
    for name in ("สมชาย สวัสดี", "มาลี สวัสดี"):
        malee = (await client.post("/v1/contacts", json={"full_name": name, "phone": "0812345678"})).json()

    named = await register(client)
    stranger = await register(
        client, card_number="other", asset={**AIR, "serial": "X"}, customer={**MALEE, "full_name": "กานดา สวัสดี"}
    )

    assert named.json()["contact_id"] == malee["id"]
    assert (await client.get(f"/v1/contacts/{stranger.json()['contact_id']}")).json()["full_name"] == "กานดา สวัสดี"


async def test_a_serial_that_is_somebody_elses_is_refused_and_nothing_is_kept(
    client: AsyncClient, tenant: Tenant
) -> None:
    await register(client)

    response = await register(client, card_number="other", customer={"full_name": "Ada", "email": "ada@example.com"})

    assert (response.status_code, response.json()["code"]) == (409, "serial_taken")
    assert [await tenant.count(table) for table in ("contacts", "assets", "warranties")] == [1, 1, 1]


async def test_an_extended_warranty_begins_the_day_after_the_last_one(client: AsyncClient) -> None:
    asset_id = (await register(client)).json()["asset_id"]
    body = {
        "card_number": "EXT-1",
        "asset_id": asset_id,
        "kind": "extended",
        "months": 12,
        "usage_limit": 9,
        "usage_unit": "km",
    }

    response = await client.post("/v1/warranties", json=body)

    assert (response.json()["starts_on"], response.json()["ends_on"]) == ("2026-03-01", "2027-02-28")
    ends = await client.get("/v1/warranties", params={"asset_id": asset_id, "sort": "-ends_on"})
    assert [each["card_number"] for each in ends.json()["data"]] == ["EXT-1", "TH-2026-001"]


@pytest.mark.parametrize(
    "wrong",
    [{"asset_id": str(new_id())}, {"customer": None}, {"months": None}, {"usage_limit": 5},
     {"contact_id": str(new_id())}, {"customer": {"full_name": "Ada"}}, {"time_zone": "Bangkok"}, {"months": 0}],
)  # fmt: skip
async def test_what_is_contradictory_or_missing_is_refused(client: AsyncClient, tenant: Tenant, wrong: Json) -> None:
    response = await register(client, **wrong)

    assert response.status_code == 422, response.text
    assert await tenant.count("contacts") == 0


async def test_a_key_that_may_only_register_reads_nothing(service: ServiceUnderTest, tenant: Tenant) -> None:
    async with service.client(tenant, "warranties:write") as form:
        registered = await register(form)
        read = await form.get(f"/v1/contacts/{registered.json()['contact_id']}")

    assert (registered.status_code, read.status_code) == (201, 403)


async def test_its_end_is_told_of_ahead_once(
    client: AsyncClient, tenant: Tenant, work: Callable[[], Awaitable[int]]
) -> None:
    today = datetime.now(UTC).date()
    starts = {"over": today - timedelta(days=90), "soon": today - timedelta(days=20), "later": today}
    for name, day in starts.items():
        more = {"months": 12} if name == "later" else {}
        await register(client, card_number=name, asset={**AIR, "serial": name}, starts_on=day.isoformat(), **more)

    await work()
    await work()

    [body] = await facts(tenant, "expiring")
    assert (body["card_number"], body["asset_name"]) == ("soon", "แอร์ห้องนอน")
    [soon] = (await client.get("/v1/warranties", params={"card_number": "soon"})).json()["data"]
    assert soon["reminded_at"] is not None


async def test_of_a_deleted_asset_or_warranty_nothing_is_told(
    client: AsyncClient, tenant: Tenant, work: Callable[[], Awaitable[int]]
) -> None:
    day = (datetime.now(UTC).date() - timedelta(days=20)).isoformat()
    kept = await register(client, starts_on=day)
    other = await register(client, card_number="other", asset={**AIR, "serial": "X"}, starts_on=day)

    await client.delete(f"/v1/assets/{kept.json()['asset_id']}")
    await client.delete(f"/v1/warranties/{other.json()['id']}")
    await work()

    assert await facts(tenant, "expiring") == []
    assert (await client.get(f"/v1/warranties/{other.json()['id']}")).status_code == 410


async def test_a_reminder_is_at_nine_there(client: AsyncClient, service: ServiceUnderTest, tenant: Tenant) -> None:
    await register(client, starts_on="2050-01-01", months=6, time_zone="America/New_York", lead_days=30)

    async with service.database.transaction(tenant.context) as session:
        remind_at = await session.scalar(text("select remind_at from warranties"))

    assert remind_at == datetime(2050, 5, 31, 13, tzinfo=UTC)
