"""What each slice knows of a contact is the survivor's after a merge, and exactly as before after its undo."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy import text

from contacts_service.moving import OWNED
from shared.testing.tenants import Tenant
from tests.contacts_service.fields.defining import define
from tests.contacts_service.merging.people import merge, new, undo

Json = dict[str, Any]
Given = Callable[[AsyncClient, str], Awaitable[Any]]
CAR = {"name": "รถกระบะ", "kind": "รถยนต์", "brand": "Toyota", "serial": "MR0-EX8"}
CARD = {"card_number": "TH-1", "asset": {"name": "แอร์", "kind": "แอร์", "serial": "E0123"}, "months": 12}
TABLES = sorted({*(name.split(".")[0] for name in OWNED), "custom_field_values", "contact_keys", "merge_moves"})
MOVING_ON = "- array['version', 'updated_at', 'sync_xid']"


async def sent(client: AsyncClient, method: str, path: str, **body: Any) -> Any:
    response = await client.request(method, f"/v1/{path}", json=body)
    assert response.is_success, response.text
    return response.json() if response.content else None


async def stored(tenant: Tenant) -> dict[str, list[Json]]:
    """All rows of slices, but for what every write counts up."""
    found = {}
    async with tenant.database.transaction(tenant.context) as session:
        for table in TABLES:
            query = text(f"select to_jsonb(own) {MOVING_ON} from {table} own where tenant_id = :tenant_id")
            rows = await session.scalars(query, {"tenant_id": tenant.id})
            found[table] = sorted(rows, key=str)
    return found


async def listed(client: AsyncClient, contact: Json, view: str) -> list[Json]:
    response = await client.get(f"/v1/contacts/{contact['id']}/{view}")
    assert response.status_code == 200, response.text
    data: list[Json] = response.json()["data"]
    return data


async def an_asset(client: AsyncClient, contact_id: str) -> None:
    await sent(client, "post", "assets", **CAR, contact_id=contact_id)


async def a_trait(client: AsyncClient, contact_id: str) -> None:
    seen = {"kind": "need", "name": "ที่จอดรถ", "source": "call", "observed_at": "2026-01-02T00:00:00Z"}
    await sent(client, "post", f"contacts/{contact_id}/traits", **seen)


async def a_buying_role(client: AsyncClient, contact_id: str) -> None:
    company = await sent(client, "post", "companies", name="Siam")
    await sent(client, "put", f"companies/{company['id']}/buying-roles/{contact_id}", roles=["user"])


async def a_list(client: AsyncClient, contact_id: str) -> None:
    made = await sent(client, "post", "lists", name="ลูกค้า VIP")
    await sent(client, "post", f"lists/{made['id']}/members", add=[contact_id])


async def a_link(client: AsyncClient, contact_id: str) -> None:
    await sent(client, "post", f"contacts/{contact_id}/preference-links")


async def a_consent(client: AsyncClient, contact_id: str) -> None:
    given = {"purpose": "marketing", "channel": "email", "source": "web_form", "decision": "given"}
    await sent(client, "post", f"contacts/{contact_id}/consents", decisions=[given])


async def a_block(client: AsyncClient, contact_id: str) -> None:
    await sent(client, "put", f"contacts/{contact_id}/do-not-contact/email", source="phone")


async def a_friend(client: AsyncClient, contact_id: str) -> None:
    friend = await new(client, full_name="Ada")
    await sent(client, "post", f"contacts/{contact_id}/relationships", kind="friend", contact_id=friend["id"])


async def whose_friend(client: AsyncClient, contact_id: str) -> None:
    friend = await new(client, full_name="Ada")
    await sent(client, "post", f"contacts/{friend['id']}/relationships", kind="friend", contact_id=contact_id)


@pytest.mark.parametrize(
    ("given", "view"),
    [
        (an_asset, "assets"),
        (a_trait, "traits"),
        (a_buying_role, "buying-roles"),
        (a_list, "lists"),
        (a_link, "preference-links"),
        (a_consent, "consents"),
        (a_block, "do-not-contact"),
        (a_friend, "relationships"),
        (whose_friend, "relationships"),
    ],
)
async def test_it_goes_along_and_comes_back(client: AsyncClient, tenant: Tenant, given: Given, view: str) -> None:
    survivor, other = await new(client), await new(client, email="lee@example.com")
    await given(client, other["id"])
    before, had = await stored(tenant), await listed(client, other, view)

    made = await merge(client, survivor, other)

    assert len(await listed(client, survivor, view)) == len(had) == 1
    led = await client.get(f"/v1/contacts/{other['id']}/{view}")
    assert (led.status_code, led.headers["location"]) == (308, f"/v1/contacts/{survivor['id']}/{view}")
    await undo(client, made)
    assert await stored(tenant) == before
    assert await listed(client, survivor, view) == []


@pytest.mark.parametrize(
    "view",
    ["contactability?channel=sms&purpose=service", "quality", "lifecycle", "owners", "household", "vcard", "duplicates",
     "subscriptions", "consents/history"],
)  # fmt: skip
async def test_every_view_leads_to_the_survivors(client: AsyncClient, view: str) -> None:
    survivor, other = await new(client), await new(client)
    await merge(client, survivor, other)

    led = await client.get(f"/v1/contacts/{other['id']}/{view}")

    assert (led.status_code, led.headers["location"]) == (308, f"/v1/contacts/{survivor['id']}/{view}")


async def test_what_both_have_is_shown_once(client: AsyncClient, tenant: Tenant) -> None:
    survivor, other = await new(client), await new(client)
    for each in (survivor, other):
        await a_trait(client, each["id"])
    before = await stored(tenant)

    made = await merge(client, survivor, other)

    assert len(await listed(client, survivor, "traits")) == 1
    await undo(client, made)
    assert await stored(tenant) == before


async def test_a_warranty_goes_along(client: AsyncClient, tenant: Tenant) -> None:
    survivor = await new(client)
    card = await sent(client, "post", "warranties", **CARD, customer={"full_name": "มาลี", "phone": "0812345678"})
    other = {"id": card["contact_id"]}
    before = await stored(tenant)

    made = await merge(client, survivor, other)

    assert (await client.get(f"/v1/warranties/{card['id']}")).json()["contact_id"] == survivor["id"]
    await undo(client, made)
    assert await stored(tenant) == before


async def test_nobody_becomes_related_to_himself(client: AsyncClient, tenant: Tenant) -> None:
    survivor, other, third = [await new(client) for _ in range(3)]
    for kind, one, two in (("spouse", survivor, other), ("friend", survivor, third), ("friend", other, third)):
        await sent(client, "post", f"contacts/{one['id']}/relationships", kind=kind, contact_id=two["id"])
    before = await stored(tenant)

    made = await merge(client, survivor, other)

    assert [each["kind"] for each in await listed(client, survivor, "relationships")] == ["friend"]
    await undo(client, made)
    assert await stored(tenant) == before


@pytest.mark.parametrize("has_own", [False, True])
async def test_employments_follow_without_beginning_or_ending(
    client: AsyncClient, tenant: Tenant, has_own: bool
) -> None:
    old, new_one = [(await sent(client, "post", "companies", name=name))["id"] for name in ("Siam", "สัมพันธ์")]
    survivor = await new(client, **({"company_id": old} if has_own else {}))
    other = await new(client, company_id=new_one)
    before = await stored(tenant)

    made = await merge(client, survivor, other, fields={"company_id": other["id"]})

    found = await listed(client, survivor, "relationships")
    assert {each["other"]["id"] for each in found if each["is_main"]} == {new_one}
    assert len(found) == 1 + has_own
    await undo(client, made)
    assert await stored(tenant) == before


async def test_unique_and_indexed_values_and_tags_follow(client: AsyncClient, tenant: Tenant) -> None:
    await define(client, "code", indexed=True, unique=True)
    await define(client, "hobby", indexed=True)
    survivor = await new(client, tags=["VIP"], custom_fields={"hobby": "ปลูกต้นไม้"})
    other = await new(client, tags=["เชียงใหม่"], custom_fields={"code": "A-1", "hobby": "Golf"})
    before = await stored(tenant)

    made = await merge(client, survivor, other)

    found = await client.get("/v1/contacts", params={"custom_fields.code": "A-1"})
    assert [each["id"] for each in found.json()["data"]] == [survivor["id"]]
    assert found.json()["data"][0]["custom_fields"] == {"code": "A-1", "hobby": "ปลูกต้นไม้"}
    owners = {each["contact_id"] for each in (await stored(tenant))["contact_keys"] if each["kind"] == "tag"}
    assert owners == {survivor["id"]}
    await undo(client, made)
    assert await stored(tenant) == before
